#include "task/embed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"

namespace nlp::task {

Embedder::Embedder(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
                   SentenceModules modules, const EmbedOptions& options)
    : model_(model),
      texts_(model, tokenizer, modules, options.text),
      pooling_(options.pooling.value_or(modules.pooling)),
      steps_(std::move(modules.steps)),
      normalize_(options.normalize.value_or(false)),
      batch_tokens_(options.text.fit.batch_tokens) {
  if (modules.splade && !options.pooling)
    throw Error(Kind::model,
                "SpladePooling: the modules make words with weights, no vectors; use --sparse, or "
                "--pooling for vectors of the rows");
  if (options.normalize == false)
    std::erase_if(steps_, [](const auto& step) { return std::holds_alternative<Normalize>(step); });
  if (pooling_.empty()) steps_.clear();
  if (!modules.include_prompt) skip_ = texts_.prompt_rows();

  size_ = model.config().output_size * std::max<std::int64_t>(1, std::ssize(pooling_));
  for (const VectorStep& step : steps_) {
    const auto* dense = std::get_if<model::Dense>(&step);
    if (dense == nullptr) continue;
    if (dense->inputs() != size_)
      throw Error(Kind::model,
                  fmt::format("Dense module (expected {} inputs, as the pooling gives, "
                              "got {}); take the model's own pooling",
                              size_, dense->inputs()));
    size_ = dense->outputs();
  }
  if (options.dims > size_)
    throw Error(Kind::usage,
                fmt::format("--dims: numbers of a vector (expected at most {}, got {})", size_,
                            options.dims));
  if (options.dims > 0) size_ = options.dims;
}

std::vector<float> Embedder::vector_of(const tensor::Tensor& rows) const {
  auto values = pool(rows, pooling_, skip_);
  for (const VectorStep& step : steps_) {
    if (const auto* dense = std::get_if<model::Dense>(&step))
      values = (*dense)(values);
    else
      normalize(values);
  }
  values.resize(static_cast<std::size_t>(size_));
  if (normalize_) normalize(values);
  return values;
}

std::vector<float> Embedder::rows_of(const tensor::Tensor& rows) const {
  std::vector<float> values;
  for (std::int64_t t = 0; t < rows.rows(); ++t) {
    const auto row = rows.row(t).first(static_cast<std::size_t>(size_));
    values.insert(values.end(), row.begin(), row.end());
    if (normalize_) normalize(std::span(values).last(row.size()));
  }
  return values;
}

std::vector<std::vector<float>> Embedder::operator()(std::span<const SplitInput> texts,
                                                     model::Workspace& workspace) const {
  std::vector<std::vector<float>> vectors(texts.size());
  run_inputs(model_, texts, {}, batch_tokens_, workspace, [&](std::size_t k, const TextRows& rows) {
    vectors[k] = keeps_rows() ? rows_of(rows.last) : vector_of(rows.last);
  });
  return vectors;
}

}  // namespace nlp::task
