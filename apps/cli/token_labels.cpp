#include "cli/token_labels.hpp"

#include <fmt/format.h>

#include "cli/display_names.hpp"
#include "text/utf8.hpp"

namespace nlp::cli {
namespace {
// What byte-level vocabularies write for a space; those have a token for each byte, this one, too.
constexpr std::string_view kSpace = "Ġ";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}
}  // namespace

std::vector<std::string> token_labels(const tokenizer::Tokenizer& tokenizer,
                                      const tokenizer::Encoding& encoding, const Record& record) {
  const bool spells_bytes = tokenizer.id_of(kSpace).has_value();
  std::vector<std::string> labels = tokenizer.surfaces(encoding);
  for (std::size_t t = 0; t < labels.size(); ++t) {
    std::string& label = labels[t];
    const bool opens = label.starts_with(kSpace);
    const bool is_ascii = text::is_ascii(std::string_view(label).substr(opens ? kSpace.size() : 0));
    if (spells_bytes && !is_ascii && t < encoding.offsets.size() && t < encoding.sequence.size() &&
        encoding.sequence[t] >= 0) {
      const std::string_view text =
          encoding.sequence[t] == 0 || !record.pair ? record.text : *record.pair;
      const auto span = encoding.offsets[t];
      const auto part = trimmed(text.substr(span.start, span.size()));
      if (!part.empty()) label = fmt::format("{}{}", opens ? kSpace : "", part);
    }
    label = displayable(label);
  }
  return labels;
}

}  // namespace nlp::cli
