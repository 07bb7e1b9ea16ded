#include "model/encoder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "model/family.hpp"
#include "model/transformer.hpp"

namespace nlp::model {

dnn::Activation to_dnn(Activation activation) {
  switch (activation) {
    case Activation::none:
      return dnn::Activation::none;
    case Activation::gelu_erf:
      return dnn::Activation::gelu_erf;
    case Activation::gelu_tanh:
      return dnn::Activation::gelu_tanh;
    case Activation::relu:
      return dnn::Activation::relu;
    case Activation::silu:
      return dnn::Activation::silu;
    case Activation::tanh:
      return dnn::Activation::tanh;
  }
  return dnn::Activation::none;
}

void check_batch(const Config& config, const Batch& batch) {
  for (std::int64_t b = 0; b < batch.texts(); ++b)
    if (const auto size = batch.starts[b + 1] - batch.starts[b]; size > config.max_tokens)
      throw Error(Kind::data, fmt::format("a text is too long for the model (expected at most {} "
                                          "tokens, got {})",
                                          config.max_tokens, size));
  for (const auto id : batch.ids)
    if (id < 0 || id >= config.vocab_size)
      throw Error(Kind::data,
                  fmt::format("token id {} is not one of the model's (expected 0 to {}); "
                              "does the tokenizer belong to the model?",
                              id, config.vocab_size - 1));
  for (const auto id : batch.type_ids)
    if (id < 0 || (id >= config.type_vocab_size && config.type_vocab_size > 0))
      throw Error(Kind::data,
                  fmt::format("token type id {} is not one of the model's (expected 0 to {})", id,
                              std::max<std::int64_t>(config.type_vocab_size, 1) - 1));
}

void gather_rows(const tensor::Tensor& src, std::span<const std::int64_t> rows,
                 tensor::Tensor& dst) {
  dst.resize({static_cast<std::int64_t>(rows.size()), src.shape().at(1)});
  for (std::size_t k = 0; k < rows.size(); ++k)
    std::ranges::copy(src.row(rows[k]), dst.row(static_cast<std::int64_t>(k)).begin());
}

void keep_rows(std::span<const std::int64_t> kept, BlockBuffers& buffers, tensor::Tensor& rows) {
  gather_rows(rows, kept, buffers.kept);
  rows.resize(buffers.kept.shape());
  std::ranges::copy(buffers.kept.values(), rows.data());
}

std::unique_ptr<Encoder> read_encoder(const Config& config, const Family& family,
                                      const Weights& weights) {
  if (family.make_encoder) return family.make_encoder(config, family, weights);
  return std::make_unique<TransformerEncoder>(config, family, weights);
}

}  // namespace nlp::model
