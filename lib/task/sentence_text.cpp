#include "task/sentence_text.hpp"

#include <algorithm>

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

SentenceText::SentenceText(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
                           const SentenceModules& modules, const TextOptions& options)
    : tokenizer_(tokenizer),
      prompt_(modules.prompt),
      lowercase_(modules.lowercase),
      limit_(limit_of(model, tokenizer, modules, options.fit)),
      fit_(options.fit) {
  if (!options.prompt) return;
  const auto named = modules.prompts.find(*options.prompt);
  prompt_ = named == modules.prompts.end() ? *options.prompt : named->second;
}

tokenizer::Encoding SentenceText::encode(const std::string& whole) const {
  return tokenizer_.encode(lowercase_ ? lowercase(whole) : whole);
}

SplitInput SentenceText::prepare(std::string_view text) const {
  auto encoding = encode(prompt_ + std::string(text));
  return split_input(encoding, limit_, fit_);
}

std::int64_t SentenceText::prompt_rows() const {
  if (prompt_.empty()) return 0;
  const auto encoding = encode(prompt_);
  const auto rows = static_cast<std::int64_t>(encoding.size());
  return rows > 0 && tokenizer_.is_special(encoding.ids.back()) ? rows - 1 : rows;
}

}  // namespace nlp::task
