#include "task/embed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "text/unicode.hpp"
#include "text/utf8.hpp"

namespace nlp::task {
namespace {

std::string lowercase(std::string_view text) {
  std::string lower;
  for (std::size_t at = 0; at < text.size();) {
    const auto point = text::lowercase(text::decode(text, at));
    text::append(lower, point.first);
    if (point.second != 0) text::append(lower, point.second);
  }
  return lower;
}

std::int64_t limit_of(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
                      const SentenceModules& modules, const FitOptions& fit) {
  const auto limit = input_limit(model, tokenizer.max_length(), fit);
  return fit.window > 0 ? limit : std::min(limit, modules.max_tokens.value_or(limit));
}

}  // namespace

Embedder::Embedder(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
                   SentenceModules modules, const EmbedOptions& options)
    : model_(model),
      tokenizer_(tokenizer),
      pooling_(options.pooling.value_or(modules.pooling)),
      steps_(std::move(modules.steps)),
      prompt_(modules.prompt),
      lowercase_(modules.lowercase),
      normalize_(options.normalize.value_or(false)),
      limit_(limit_of(model, tokenizer, modules, options.fit)),
      fit_(options.fit) {
  if (options.prompt) {
    const auto named = modules.prompts.find(*options.prompt);
    prompt_ = named == modules.prompts.end() ? *options.prompt : named->second;
  }
  if (options.normalize == false)
    std::erase_if(steps_, [](const auto& step) { return std::holds_alternative<Normalize>(step); });
  if (pooling_.empty()) steps_.clear();
  if (!prompt_.empty() && !modules.include_prompt) {
    // All that the tokenizer makes of the prompt, but a special token behind it.
    const auto encoding = tokenizer.encode(lowercase_ ? lowercase(prompt_) : prompt_);
    skip_ = static_cast<std::int64_t>(encoding.size());
    if (skip_ > 0 && tokenizer.is_special(encoding.ids.back())) --skip_;
  }

  size_ = model.config().hidden_size * std::max<std::int64_t>(1, std::ssize(pooling_));
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

SplitInput Embedder::prepare(std::string_view text) const {
  const std::string whole = prompt_ + std::string(text);
  auto encoding = tokenizer_.encode(lowercase_ ? lowercase(whole) : whole);
  return split_input(encoding, limit_, fit_);
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
  run_inputs(model_, texts, {}, fit_.batch_tokens, workspace,
             [&](std::size_t k, const TextRows& rows) {
               vectors[k] = keeps_rows() ? rows_of(rows.last) : vector_of(rows.last);
             });
  return vectors;
}

}  // namespace nlp::task
