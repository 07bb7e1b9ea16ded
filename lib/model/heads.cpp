#include "model/heads.hpp"

#include <algorithm>

#include "model/embeddings.hpp"
#include "model/encoder.hpp"

namespace nlp::model {
namespace {

bool named(const Config& config, std::string_view ending) {
  return std::any_of(config.architectures.begin(), config.architectures.end(),
                     [&](const std::string& name) { return name.ends_with(ending); });
}

// The layer whose output a text-wide head reads: the head's own, or the encoder's pooler.
std::string pooled_layer(const WeightNames& names, const Weights& weights) {
  if (!names.sequence_dense.empty()) return std::string(names.sequence_dense);
  return names.pooler.empty() ? std::string() : weights.encoder_name(names.pooler);
}

// The masked-LM head that the checkpoint has, of the two that its family may have.
struct LmNames {
  std::string transform, norm, decoder, bias;
};

LmNames lm_names(const Config& config, const WeightNames& names, const Weights& weights) {
  const LmNames usual{std::string(names.lm_transform), std::string(names.lm_norm),
                      std::string(names.lm_decoder), std::string(names.lm_bias)};
  LmNames other{std::string(names.other_lm_transform), std::string(names.other_lm_norm), "",
                std::string(names.other_lm_bias)};
  if (other.transform.empty() || !weights.has_module(other.transform)) return usual;
  return config.prefers_other_lm || !weights.has_module(usual.transform) ? other : usual;
}

dnn::Linear read_decoder(const Config& config, const WeightNames& names, const LmNames& head,
                         const Weights& weights) {
  const std::string own = head.decoder + ".weight";
  const bool tied = head.decoder.empty() || (config.tie_word_embeddings && !weights.has(own));
  const tensor::TensorView table =
      tied ? word_table(config, names, weights)
           : weights.tensor(own,
                            {config.vocab_size,
                             head.transform.empty() ? config.output_size : config.embedding_size});
  // The decoder adds its own bias; the other name is tied to it, and stands alone in older files.
  if (head.bias.empty()) return weights.linear({&table, 1}, {});
  const std::string own_bias = head.decoder + ".bias";
  const std::string bias_name = weights.has(own_bias) ? own_bias : head.bias;
  if (config.optional_biases && !weights.has(bias_name)) return weights.linear({&table, 1}, {});
  const tensor::TensorView bias = weights.tensor(bias_name, {config.vocab_size});
  return weights.linear({&table, 1}, {&bias, 1});
}

}  // namespace

void HeadLayers::forward(const tensor::Tensor& src, dnn::Workspace& workspace,
                         tensor::Tensor& between, tensor::Tensor& dst) const {
  if (src.rows() == 0) return dst.resize({0, last.outputs()});
  const tensor::Tensor* rows = &src;
  if (first) {
    between.resize({src.rows(), first->outputs()});
    const dnn::Matrix inner = dnn::matrix(between);
    first->forward(dnn::matrix(src), inner, workspace);
    if (norm) dnn::layer_norm(*norm, inner, inner);
    rows = &between;
  }
  dst.resize({src.rows(), last.outputs()});
  last.forward(dnn::matrix(*rows), dnn::matrix(dst), workspace);
}

HeadLayers read_head(Head head, const Config& config, const WeightNames& names,
                     const Weights& weights) {
  const auto hidden = config.hidden_size, rows = config.output_size,
             labels = static_cast<std::int64_t>(config.labels.size());
  // The layers before the last; an empty name: none.
  const auto head_of = [&](const std::string& dense, std::string_view norm, std::int64_t width,
                           Activation activation, dnn::Linear last) {
    HeadLayers layers{std::nullopt, std::nullopt, std::move(last)};
    if (!dense.empty())
      layers.first = weights.linear({dense}, width, rows, {.activation = to_dnn(activation)});
    if (!norm.empty())
      layers.norm = weights.layer_norm(std::string(norm), width, config.layer_norm_epsilon);
    return layers;
  };
  // The last layer, behind `dense` or on the rows themselves.
  const auto linear = [&](std::string_view module, std::int64_t outputs, std::string_view dense) {
    return weights.linear({std::string(module)}, outputs, dense.empty() ? rows : hidden);
  };
  switch (head) {
    case Head::masked_lm: {
      const LmNames own = lm_names(config, names, weights);
      return head_of(own.transform, own.norm, config.embedding_size,
                     config.head_activation.value_or(config.activation),
                     read_decoder(config, names, own, weights));
    }
    case Head::token_classification:
      return head_of(std::string(names.token_dense), names.token_norm, hidden,
                     config.pooled_activation,
                     linear(names.token_classifier, labels, names.token_dense));
    case Head::sequence_classification:
      return head_of(pooled_layer(names, weights), names.sequence_norm, hidden,
                     config.pooled_activation,
                     linear(names.sequence_classifier, labels, pooled_layer(names, weights)));
    case Head::question_answering:
      return head_of(std::string(names.question_dense), names.question_norm, hidden,
                     config.pooled_activation,
                     linear(names.question_answering, 2, names.question_dense));
    case Head::next_sentence:
      return head_of(weights.encoder_name(names.pooler), {}, hidden, config.pooled_activation,
                     linear(names.next_sentence, 2, names.pooler));
    case Head::replaced_token:
      break;
  }
  return head_of(std::string(names.replaced_dense), {}, hidden, config.activation,
                 linear(names.replaced_prediction, 1, names.replaced_dense));
}

bool has_head(Head head, const Config& config, const WeightNames& names, const Weights& weights) {
  const auto has = [&](std::string_view module) {
    return !module.empty() && weights.has_module(std::string(module));
  };
  const std::string pooled = pooled_layer(names, weights);
  const bool unnamed = config.architectures.empty();
  switch (head) {
    case Head::masked_lm: {
      if (has(names.discriminator)) return false;
      const LmNames own = lm_names(config, names, weights);
      // A layer that the classifiers have too tells nothing.
      const bool shared = names.lm_transform == names.sequence_dense;
      if (own.transform.empty()) return has(own.decoder);
      return has(own.transform) &&
             (!shared || weights.has(own.bias) || has(own.decoder) || named(config, "ForMaskedLM"));
    }
    case Head::token_classification:
      return has(names.token_classifier) &&
             (unnamed ? !has(pooled) : named(config, "ForTokenClassification"));
    case Head::sequence_classification:
      return has(names.sequence_classifier) && has(pooled) &&
             (unnamed || named(config, "ForSequenceClassification"));
    case Head::question_answering:
      return has(names.question_answering) && (names.question_answering != names.token_classifier ||
                                               named(config, "ForQuestionAnswering"));
    case Head::next_sentence:
      return has(names.next_sentence) && !names.pooler.empty() &&
             has(weights.encoder_name(names.pooler));
    case Head::replaced_token:
      return has(names.replaced_prediction);
  }
  return false;
}

}  // namespace nlp::model
