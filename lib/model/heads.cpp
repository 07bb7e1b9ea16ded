#include "model/heads.hpp"

#include <algorithm>

#include "model/encoder.hpp"

namespace nlp::model {
namespace {

bool named(const Config& config, std::string_view ending) {
  return std::any_of(config.architectures.begin(), config.architectures.end(),
                     [&](const std::string& name) { return name.ends_with(ending); });
}

}  // namespace

MaskedLmHead read_masked_lm(const Config& config, const WeightNames& names,
                            const Weights& weights) {
  const auto hidden = config.hidden_size, vocabulary = config.vocab_size;
  const std::string decoder = std::string(names.lm_decoder) + ".weight";
  const bool own = weights.has(decoder) || !config.tie_word_embeddings;
  const tensor::TensorView table =
      weights.tensor(own ? decoder : weights.encoder_name(names.word_embeddings) + ".weight",
                     {vocabulary, hidden});
  // The decoder adds its own bias; the other name is tied to it, and stands alone in older files.
  const std::string own_bias = std::string(names.lm_decoder) + ".bias";
  const std::string bias_name = weights.has(own_bias) ? own_bias : std::string(names.lm_bias);
  const tensor::TensorView bias = weights.tensor(bias_name, {vocabulary});
  return MaskedLmHead{
      .transform = weights.linear({std::string(names.lm_transform)}, hidden, hidden,
                                  to_dnn(config.activation)),
      .norm = weights.layer_norm(std::string(names.lm_norm), hidden, config.layer_norm_epsilon),
      .decoder = dnn::Linear(weights.device(), {&table, 1}, {&bias, 1}),
  };
}

bool has_head(Head head, const Config& config, const WeightNames& names, const Weights& weights) {
  const bool classifier = weights.has_module(names.classifier);
  const bool pooler = weights.has_module(weights.encoder_name(names.pooler));
  switch (head) {
    case Head::masked_lm:
      return weights.has_module(names.lm_transform);
    case Head::token_classification:
      return classifier &&
             (config.architectures.empty() ? !pooler : named(config, "ForTokenClassification"));
    case Head::sequence_classification:
      return classifier && pooler &&
             (config.architectures.empty() || named(config, "ForSequenceClassification"));
    case Head::question_answering:
      return weights.has_module(names.question_answering);
    case Head::next_sentence:
      return weights.has_module(names.next_sentence) && pooler;
  }
  return false;
}

}  // namespace nlp::model
