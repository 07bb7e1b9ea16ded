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

std::vector<float> Embedder::vector_of(std::vector<float> values) const {
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

std::vector<std::vector<float>> Embedder::operator()(std::span<const SplitInput> texts,
                                                     model::Workspace& workspace) const {
  std::vector<std::vector<float>> vectors(texts.size());
  const auto hidden = static_cast<std::size_t>(model_.config().output_size);
  Pooler pooler(pooling_, hidden, skip_);
  stream_rows(
      model_, texts, batch_tokens_, workspace,
      [&](std::size_t k, std::int64_t, std::span<const float> row) {
        if (!keeps_rows()) return pooler.add(row);
        std::vector<float>& rows = vectors[k];
        const auto kept = row.first(static_cast<std::size_t>(size_));
        rows.insert(rows.end(), kept.begin(), kept.end());
        if (normalize_) normalize(std::span(rows).last(kept.size()));
      },
      [&](std::size_t k) {
        if (!keeps_rows()) vectors[k] = vector_of(pooler.take());
      });
  return vectors;
}

}  // namespace nlp::task
