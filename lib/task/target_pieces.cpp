#include "task/target_pieces.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"
#include "task/trim.hpp"

namespace nlp::task {

std::string replaced(std::string_view text, text::Span span, std::string_view by) {
  return std::string(text.substr(0, span.start)).append(by).append(text.substr(span.end));
}

std::vector<std::int32_t> target_pieces(const tokenizer::Tokenizer& tokenizer,
                                        std::string_view text, text::Span span,
                                        const std::string& target) {
  const std::string whole = replaced(text, span, target);
  const text::Span place{span.start, span.start + static_cast<std::uint32_t>(target.size())};
  const tokenizer::Tokens in_context = tokenizer.tokenize(whole);
  std::vector<std::int32_t> ids;
  for (std::size_t t = 0; t < in_context.size(); ++t) {
    const text::Span token = trim(whole, in_context.offsets[t]);
    if (token.size() == 0 || token.end <= place.start || token.start >= place.end) continue;
    if (token.start < place.start || token.end > place.end) {
      ids = tokenizer.tokenize(target).ids;
      break;
    }
    ids.push_back(in_context.ids[t]);
  }
  const auto unknown = tokenizer.unknown_id();
  if (ids.empty() || (unknown && std::ranges::count(ids, *unknown) > 0))
    throw Error(Kind::data,
                fmt::format("the vocabulary has no pieces for '{}'; give another word", target));
  return ids;
}

}  // namespace nlp::task
