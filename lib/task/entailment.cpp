#include "task/entailment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.hpp"
#include "task/log_softmax.hpp"

namespace nlp::task {
namespace {

constexpr std::string_view kEntail = "entail", kPlace = "{}";

bool is_entailment(std::string_view label) {
  return std::ranges::equal(label.substr(0, kEntail.size()), kEntail,
                            [](char a, char b) { return (a | 0x20) == b; });
}

}  // namespace

EntailmentClassifier::EntailmentClassifier(const model::Model& model,
                                           const tokenizer::Tokenizer& tokenizer,
                                           const EntailmentOptions& options)
    : model_(model),
      tokenizer_(tokenizer),
      options_(options),
      limit_(input_limit(model, tokenizer.max_length(), options.fit)) {
  model.require(model::Head::sequence_classification);
  const auto& known = model.config().labels;
  const auto found = std::ranges::find_if(known, is_entailment);
  if (found == known.end() || known.size() < 2)
    throw Error(Kind::model,
                fmt::format("no model of natural language inference (expected a label that begins "
                            "with `entail`, got {}); for other labels than its own take such a "
                            "model, or a masked language model",
                            fmt::join(known, ", ")));
  // Where contradiction stands the reference says, too.
  entailment_ = static_cast<std::size_t>(found - known.begin());
  contradiction_ = entailment_ == 0 ? known.size() - 1 : 0;
  if (options_.labels.size() == 1) options_.multi_label = true;

  const auto place = options_.hypothesis.find(kPlace);
  if (place == std::string::npos ||
      options_.hypothesis.find(kPlace, place + 1) != std::string::npos)
    throw Error(Kind::usage,
                fmt::format("--template: expected one {{}} where the label stands, got '{}'",
                            options_.hypothesis));
  for (const std::string& label : options_.labels)
    hypotheses_.push_back(std::string(options_.hypothesis).replace(place, kPlace.size(), label));
}

Premise EntailmentClassifier::prepare(std::string_view text) const {
  std::vector<tokenizer::Encoding> encodings;
  std::vector<std::int64_t> kept;  // tokens beside those of the text
  for (const std::string& hypothesis : hypotheses_) {
    const auto& encoding = encodings.emplace_back(tokenizer_.encode(text, hypothesis));
    kept.push_back(std::ssize(encoding.ids) - std::ranges::count(encoding.sequence, 0));
  }
  // With the room that the longest hypothesis leaves, every label's windows are the same.
  const std::int64_t room = limit_ - *std::ranges::max_element(kept);
  Premise premise;
  for (std::size_t c = 0; c < encodings.size(); ++c) {
    premise.pairs.push_back(
        split_input(encodings[c], kept[c] + room, options_.fit, WindowedText::text));
    premise.truncated |= premise.pairs.back().truncated;
  }
  return premise;
}

std::vector<std::vector<double>> EntailmentClassifier::operator()(
    std::span<const Premise> texts, model::Workspace& workspace) const {
  const std::size_t count = labels().size();
  std::vector<SplitInput> inputs;  // [B*C]
  for (const Premise& text : texts)
    inputs.insert(inputs.end(), text.pairs.begin(), text.pairs.end());
  struct Verdict {
    float entailment, contradiction;
  };
  std::vector<std::vector<Verdict>> verdicts(inputs.size());  // [B*C][windows]
  tensor::Tensor logits;
  run_pieces(model_, inputs, {.sequence = true}, options_.fit.batch_tokens, workspace,
             [&](std::span<const PlacedPiece> places, const model::Encoded& encoded) {
               sequence_logits(model_, places, encoded, workspace, logits);
               for (std::size_t k = 0; k < places.size(); ++k) {
                 const auto row = logits.row(static_cast<std::int64_t>(k));
                 verdicts[places[k].input].push_back({row[entailment_], row[contradiction_]});
               }
             });

  std::vector<std::vector<double>> scores(texts.size(), std::vector<double>(count));
  std::vector<float> of_labels(count);
  std::vector<double> of_window(count);
  for (std::size_t b = 0; b < texts.size(); ++b) {
    const auto& pieces = texts[b].pairs.front().pieces;
    for (std::size_t p = 0; p < pieces.size(); ++p) {
      for (std::size_t c = 0; c < count; ++c) {
        const Verdict verdict = verdicts[b * count + c][p];
        of_labels[c] = verdict.entailment;
        std::array<double, 2> both{};
        softmax(std::array{verdict.entailment, verdict.contradiction}, both);
        of_window[c] = both[0];
      }
      if (!options_.multi_label) softmax(of_labels, of_window);
      const double share = share_of(pieces, p);
      for (std::size_t c = 0; c < count; ++c) scores[b][c] += share * of_window[c];
    }
  }
  return scores;
}

}  // namespace nlp::task
