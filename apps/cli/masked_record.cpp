#include "cli/masked_record.hpp"

#include <fmt/format.h>

#include "base/cbor.hpp"
#include "base/error.hpp"
#include "base/json.hpp"

namespace nlp::cli {
namespace {

std::vector<std::string> words_of(const Field& masked) {
  std::string json = masked.raw;
  if (masked.wire == Wire::cbor) {
    json.clear();
    cbor::append_json(masked.raw, json);
  }
  std::vector<std::string> words;
  const Json list = Json::parse(json, nullptr, false);
  if (!list.is_array()) throw Error(Kind::data, "field `masked` is no list");
  for (const Json& item : list) {
    const auto word = item.is_object() ? item.find("word") : item.end();
    if (!item.is_object() || word == item.end() || !word->is_string())
      throw Error(Kind::data, "field `masked` (expected objects with `word`)");
    words.push_back(word->get<std::string>());
  }
  return words;
}

std::vector<std::string> named_tokens(const Record& record, const tokenizer::Tokenizer& tokenizer) {
  std::vector<std::string> words;
  for (const auto label : record.integers("labels")) {
    if (label < 0) continue;
    const auto token = tokenizer.token_of(label);
    if (token.data() == nullptr)
      throw Error(Kind::data, fmt::format("label {}: no token of the model; give the model that "
                                          "the tokens are of",
                                          label));
    words.emplace_back(token);
  }
  return words;
}

std::vector<std::string> parts_of_text(const Record& record, text::Unit unit) {
  if (!record.has("offsets") || !record.has_text)
    throw Error(Kind::data, "tokens without offsets or text; name their model by -m");
  const auto labels = record.integers("labels");
  const auto spans = record.spans("offsets");
  const auto special =
      record.has("special") ? record.integers("special") : std::vector<std::int32_t>(labels.size());
  if (spans.size() != labels.size() || special.size() != labels.size())
    throw Error(Kind::data,
                fmt::format("members of one record differ in length (labels {}, offsets {}, "
                            "special {})",
                            labels.size(), spans.size(), special.size()));
  const std::string pair = record.pair.value_or("");
  const text::Offsets of_text(record.text, unit), of_pair(pair, unit);
  std::vector<std::string> words;
  // What the template put stands between a text and its pair.
  bool in_text = false, in_pair = false;
  for (std::size_t t = 0; t < labels.size(); ++t) {
    in_pair = in_pair || (record.pair && in_text && special[t] != 0);
    in_text = in_text || special[t] == 0;
    if (labels[t] < 0) continue;
    const auto& offsets = in_pair ? of_pair : of_text;
    const std::string_view whole = in_pair ? pair : record.text;
    const auto size = offsets(static_cast<std::uint32_t>(whole.size()));
    if (spans[t].start > spans[t].end || spans[t].end > size)
      throw Error(Kind::data, fmt::format("offsets {} to {} are not in the text (of {}); are they "
                                          "counted in another unit (--offsets)?",
                                          spans[t].start, spans[t].end, size));
    const auto first = offsets.byte_of(spans[t].start), last = offsets.byte_of(spans[t].end);
    words.emplace_back(whole.substr(first, last - first));
  }
  return words;
}

}  // namespace

std::vector<std::string> masked_words(const Record& record, const tokenizer::Tokenizer* tokenizer,
                                      text::Unit unit) {
  try {
    if (const Field* masked = record.find("masked")) return words_of(*masked);
    if (!record.has("labels"))
      throw Error(Kind::data,
                  "nothing masked (expected `masked` or `labels`); give records of nlp mask");
    return tokenizer != nullptr ? named_tokens(record, *tokenizer) : parts_of_text(record, unit);
  } catch (const Error& error) {
    throw error.at(record.where());
  }
}

}  // namespace nlp::cli
