#include "train/evaluate/mlm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/error.hpp"
#include "mask/places.hpp"
#include "task/inputs.hpp"
#include "task/log_softmax.hpp"
#include "task/trim.hpp"

namespace nlp::train {
namespace {

// Logits held at once, in floats.
constexpr std::int64_t kLogits = std::int64_t{1} << 22;
constexpr std::int64_t kTop = 5;

Guesses guess_of(std::span<const float> logits, std::int32_t label) {
  if (static_cast<std::size_t>(label) >= logits.size())
    throw Error(Kind::data, fmt::format("field `labels` (expected less than {}, got {}); were they "
                                        "made with another model?",
                                        logits.size(), label));
  const task::LogSoftmax logprob(logits);
  const std::int64_t rank = logprob.rank(label);
  return {1, rank == 1, rank <= kTop, -logprob[label]};
}

}  // namespace

Guesses& Guesses::operator+=(const Guesses& other) {
  tokens += other.tokens;
  top1 += other.top1;
  top5 += other.top5;
  loss += other.loss;
  return *this;
}

MaskedText hide_tokens(const tokenizer::Tokenizer& tokenizer, const mask::TokenMasker& masker,
                       std::string_view text, std::uint64_t number) {
  MaskedText masked{tokenizer.encode(text), {}};
  auto& encoding = masked.encoding;
  auto hidden = masker(encoding.ids, mask::maskable_tokens(tokenizer, encoding),
                       mask::word_numbers(tokenizer, encoding, text), number);
  encoding.ids = std::move(hidden.ids);
  masked.labels = std::move(hidden.labels);
  return masked;
}

HiddenWord hide_word(const tokenizer::Tokenizer& tokenizer, std::string_view text,
                     const Random& random) {
  const auto mask_id = tokenizer.mask_id();
  if (!mask_id) throw Error(Kind::model, "tokenizer: no mask token; take a masked language model");
  const auto words = mask::maskable_words(tokenizer, text);
  if (words.empty()) return {};
  const text::Span word = words[random.below(static_cast<std::uint32_t>(words.size()), 0, 0)];
  HiddenWord hidden{true, MaskedText{tokenizer.encode(text), {}}};
  auto& [encoding, labels] = *hidden.text;
  labels.assign(encoding.size(), mask::kIgnored);
  std::size_t pieces = 0;
  for (std::size_t t = 0; t < encoding.size(); ++t) {
    const text::Span token = task::trim(text, encoding.offsets[t]);
    if (encoding.special[t] != 0 || token.end <= word.start || token.start >= word.end) continue;
    const bool whole = token.start == word.start && token.end == word.end;
    if (++pieces > 1 || !whole || tokenizer.is_special(encoding.ids[t])) return {true, {}};
    labels[t] = std::exchange(encoding.ids[t], *mask_id);
  }
  if (pieces == 0) hidden.text.reset();
  return hidden;
}

MlmEvaluator::MlmEvaluator(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
                           const task::FitOptions& options)
    : model_(model),
      options_(options),
      limit_(task::input_limit(model, tokenizer.max_length(), options)) {
  model.require(model::Head::masked_lm);
}

std::vector<MlmEvaluator::Result> MlmEvaluator::operator()(std::span<const MaskedText> texts,
                                                           model::Workspace& workspace) const {
  std::vector<Result> results(texts.size());
  std::vector<task::SplitInput> inputs;
  struct Source {
    std::size_t text;
    std::vector<std::int32_t> labels;  // of the tokens that are left
  };
  std::vector<Source> sources;  // of each input
  for (std::size_t k = 0; k < texts.size(); ++k) {
    const auto& labels = texts[k].labels;
    tokenizer::Encoding encoding = texts[k].encoding;
    if (labels.size() != encoding.size())
      throw Error(Kind::data, fmt::format("field `labels` (expected as many values as `ids`, {}, "
                                          "got {})",
                                          encoding.size(), labels.size()));
    if (std::ranges::all_of(labels, [](std::int32_t label) { return label < 0; })) continue;
    encoding.words.resize(encoding.size());  // the places of what is left
    std::iota(encoding.words.begin(), encoding.words.end(), 0);
    inputs.push_back(task::split_input(encoding, limit_, options_));
    results[k].cut = inputs.back().truncated;
    sources.push_back({k, {}});
    for (const auto place : encoding.words)
      sources.back().labels.push_back(labels[static_cast<std::size_t>(place)]);
  }

  tensor::Tensor logits;
  const auto guess = [&](std::span<const task::PlacedPiece> pieces, model::Encoded& encoded) {
    struct Wanted {
      std::size_t text;
      std::int32_t label;
    };
    std::vector<std::int64_t> rows;
    std::vector<Wanted> wanted;
    for (const task::PlacedPiece& placed : pieces) {
      const Source& source = sources[placed.input];
      for (const task::RowRun& run : inputs[placed.input].pieces[placed.piece].runs)
        for (std::int64_t r = 0; r < run.count; ++r) {
          const std::int32_t label = source.labels[static_cast<std::size_t>(run.dst + r)];
          if (label < 0) continue;
          rows.push_back(placed.first_row + run.src + r);
          wanted.push_back({source.text, label});
        }
    }
    const auto group = static_cast<std::size_t>(
        std::max<std::int64_t>(1, kLogits / std::max<std::int64_t>(1, model_.config().vocab_size)));
    for (std::size_t first = 0; first < rows.size(); first += group) {
      const std::size_t count = std::min(group, rows.size() - first);
      model_.masked_lm(encoded.last, std::span(rows).subspan(first, count), workspace, logits);
      for (std::size_t k = 0; k < count; ++k)
        results[wanted[first + k].text].guesses +=
            guess_of(logits.row(static_cast<std::int64_t>(k)), wanted[first + k].label);
    }
  };
  task::run_pieces(model_, inputs, {}, options_.batch_tokens, workspace, guess);
  return results;
}

}  // namespace nlp::train
