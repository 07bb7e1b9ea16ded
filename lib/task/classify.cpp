#include "task/classify.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "task/log_softmax.hpp"

namespace nlp::task {

ScoreFunction score_function(const model::Config& config) {
  if (config.problem == model::Problem::regression) return ScoreFunction::none;
  if (config.problem == model::Problem::multi_label || config.labels.size() == 1)
    return ScoreFunction::sigmoid;
  return ScoreFunction::softmax;
}

void apply(ScoreFunction function, std::span<const float> logits, std::span<double> scores) {
  if (function == ScoreFunction::softmax) return softmax(logits, scores);
  std::ranges::transform(logits, scores.begin(), [&](float logit) {
    return function == ScoreFunction::sigmoid ? 1 / (1 + std::exp(-double{logit})) : double{logit};
  });
}

std::vector<std::size_t> best_first(std::span<const double> scores) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t k) { return scores[k]; });
  return order;
}

Classifier::Classifier(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
                       const FitOptions& options)
    : model_(model),
      tokenizer_(tokenizer),
      options_(options),
      limit_(input_limit(model, tokenizer.max_length(), options)),
      function_(score_function(model.config())) {
  model.require(model::Head::sequence_classification);
}

SplitInput Classifier::prepare(std::string_view text, std::optional<std::string_view> pair) const {
  auto encoding = pair ? tokenizer_.encode(text, *pair) : tokenizer_.encode(text);
  return split_input(encoding, limit_, options_);
}

std::vector<std::vector<double>> Classifier::operator()(std::span<const SplitInput> texts,
                                                        model::Workspace& workspace) const {
  const std::size_t count = labels().size();
  std::vector<std::vector<double>> scores(texts.size(), std::vector<double>(count));
  std::vector<double> of_window(count);
  tensor::Tensor logits;
  run_pieces(model_, texts, {.sequence = true}, options_.batch_tokens, workspace,
             [&](std::span<const PlacedPiece> places, const model::Encoded& encoded) {
               sequence_logits(model_, places, encoded, workspace, logits);
               for (std::size_t k = 0; k < places.size(); ++k) {
                 const double share = share_of(texts[places[k].input].pieces, places[k].piece);
                 apply(function_, logits.row(static_cast<std::int64_t>(k)), of_window);
                 for (std::size_t c = 0; c < count; ++c)
                   scores[places[k].input][c] += share * of_window[c];
               }
             });
  return scores;
}

}  // namespace nlp::task
