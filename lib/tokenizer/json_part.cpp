#include "tokenizer/json_part.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace nlp::tokenizer {

void JsonPart::fail(std::string_view what) const {
  throw Error(Kind::model, fmt::format("{}: {}", where_, what));
}

std::optional<JsonPart> JsonPart::find(std::string_view key) const {
  if (!value_.is_object()) fail("is not an object");
  simdjson::dom::element member;
  if (value_[key].get(member) || member.is_null()) return {};
  return JsonPart(member, where_ + "/" + std::string(key));
}

JsonPart JsonPart::member(std::string_view key) const {
  auto found = find(key);
  if (!found) fail(fmt::format("has no \"{}\"", key));
  return *found;
}

std::string_view JsonPart::string() const {
  std::string_view text;
  if (value_.get_string().get(text)) fail("is not a string");
  return text;
}

bool JsonPart::boolean() const {
  bool value = false;
  if (value_.get_bool().get(value)) fail("is not true or false");
  return value;
}

std::int64_t JsonPart::integer(std::int64_t least, std::int64_t most) const {
  std::int64_t value = 0;
  if (value_.get_int64().get(value) || value < least || value > most)
    fail(fmt::format("is out of range (expected a whole number from {} to {})", least, most));
  return value;
}

double JsonPart::number() const {
  double value = 0;
  if (value_.get_double().get(value)) fail("is not a number");
  return value;
}

simdjson::dom::array JsonPart::list() const {
  simdjson::dom::array list;
  if (value_.get_array().get(list)) fail("is not a list");
  return list;
}

bool JsonPart::boolean(std::string_view key, bool otherwise) const {
  const auto found = find(key);
  return found ? found->boolean() : otherwise;
}

std::string JsonPart::string(std::string_view key, std::string_view otherwise) const {
  const auto found = find(key);
  return std::string(found ? found->string() : otherwise);
}

void read_json_file(const std::string& file, const std::function<void(const JsonPart&)>& read) {
  simdjson::padded_string text;
  if (simdjson::padded_string::load(file).get(text))
    throw Error(Kind::model, file + ": cannot be read");
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (const auto error = parser.parse(text).get(document))
    throw Error(Kind::model,
                fmt::format("{}: not JSON ({})", file, simdjson::error_message(error)));
  read(JsonPart(document, file + ":"));
}

}  // namespace nlp::tokenizer
