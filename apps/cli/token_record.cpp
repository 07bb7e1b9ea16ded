#include "cli/token_record.hpp"

#include <fmt/format.h>

#include <optional>

#include "base/error.hpp"

namespace nlp::cli {

tokenizer::Encoding encode(const tokenizer::Tokenizer& tokenizer, const Record& record,
                           bool special) {
  const auto text = tokenizer.tokenize(record.text);
  const auto pair = record.pair ? std::optional(tokenizer.tokenize(*record.pair)) : std::nullopt;
  const auto* second = pair ? &*pair : nullptr;
  return special ? tokenizer.assemble(text, second) : tokenizer.join(text, second);
}

tokenizer::Encoding read_tokens(const Record& record, const tokenizer::Tokenizer& tokenizer) {
  tokenizer::Encoding encoding;
  encoding.ids = record.integers("ids");
  const std::size_t size = encoding.size();
  for (const auto id : encoding.ids)
    if (id < 0 || id >= tokenizer.vocab_size())
      throw Error(Kind::data, fmt::format("field `ids` (expected 0 to {}, got {}); were they made "
                                          "with another model?",
                                          tokenizer.vocab_size() - 1, id));
  const auto read = [&](std::string_view key) {
    auto values = record.integers(key);
    if (values.size() != size)
      throw Error(Kind::data, fmt::format("field `{}` (expected as many values as `ids`, {}, got "
                                          "{})",
                                          key, size, values.size()));
    return values;
  };
  encoding.type_ids.assign(size, 0);
  if (record.has("type_ids")) encoding.type_ids = read("type_ids");
  encoding.special.assign(size, 0);
  if (record.has("special")) {
    const auto special = read("special");
    for (std::size_t k = 0; k < size; ++k) encoding.special[k] = special[k] != 0;
  } else {
    const auto mask = tokenizer.mask_id();
    for (std::size_t k = 0; k < size; ++k)
      encoding.special[k] = tokenizer.is_special(encoding.ids[k]) && encoding.ids[k] != mask;
  }
  // A pair is told by its type ids; a template that does not set them leaves one text.
  encoding.sequence.assign(size, 0);
  for (std::size_t k = 0; k < size; ++k)
    encoding.sequence[k] = static_cast<std::int8_t>(encoding.special[k]         ? -1
                                                    : encoding.type_ids[k] == 1 ? 1
                                                                                : 0);
  return encoding;
}

tokenizer::Encoding tokens_of(const tokenizer::Tokenizer& tokenizer, const Record& record) {
  return has_tokens(record) ? read_tokens(record, tokenizer) : encode(tokenizer, record);
}

void put_texts(ValueWriter& writer, const Record& record) {
  if (record.has_text) writer.put("text", record.text);
  if (record.pair) writer.put("pair", *record.pair);
}

void put_tokens(ValueWriter& writer, const Record& record, const tokenizer::Encoding& encoding,
                const std::vector<std::string>& surfaces, text::Unit unit) {
  put_texts(writer, record);
  writer.put("tokens", surfaces).put("ids", encoding.ids);
  const std::string pair = record.pair.value_or("");
  const text::Offsets in_text(record.text, unit), in_pair(pair, unit);
  writer.key("offsets").array();
  for (std::size_t k = 0; k < encoding.size(); ++k)
    writer.value(encoding.sequence[k] == 1 ? in_pair(encoding.offsets[k])
                                           : in_text(encoding.offsets[k]));
  writer.end().put("type_ids", encoding.type_ids).put("special", encoding.special);
}

}  // namespace nlp::cli
