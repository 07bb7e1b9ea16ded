// A value inside tokenizer.json that knows its place, so that every complaint names it.
#pragma once
#include <simdjson.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace nlp::tokenizer {

class JsonPart {
 public:
  JsonPart(simdjson::dom::element value, std::string where)
      : value_(value), where_(std::move(where)) {}

  // Throws Error{model} `FILE: /normalizer/type: what`.
  [[noreturn]] void fail(std::string_view what) const;

  bool is_null() const { return value_.is_null(); }
  bool is_string() const { return value_.is_string(); }
  bool is_object() const { return value_.is_object(); }

  // Members; a null member counts as absent.
  std::optional<JsonPart> find(std::string_view key) const;
  JsonPart member(std::string_view key) const;

  std::string_view string() const;
  bool boolean() const;
  std::int64_t integer(std::int64_t least, std::int64_t most) const;
  double number() const;
  simdjson::dom::array list() const;  // for long lists, which need no place for each element

  // The member, or a value where it is absent.
  bool boolean(std::string_view key, bool otherwise) const;
  std::string string(std::string_view key, std::string_view otherwise) const;

  // each(JsonPart) for every element of a list; each(key, JsonPart) for every member of an object.
  template <class Each>
  void elements(Each each) const {
    simdjson::dom::array list;
    if (value_.get_array().get(list)) fail("is not a list");
    std::size_t index = 0;
    for (const simdjson::dom::element element : list)
      each(JsonPart(element, where_ + "/" + std::to_string(index++)));
  }
  template <class Each>
  void members(Each each) const {
    simdjson::dom::object object;
    if (value_.get_object().get(object)) fail("is not an object");
    for (const auto field : object) each(std::string_view(field.key), field.value);
  }

  const std::string& where() const { return where_; }

 private:
  simdjson::dom::element value_;
  std::string where_;
};

// read(JsonPart) of a whole file, which is gone afterwards.  Errors: Error{model} naming the file.
void read_json_file(const std::string& file, const std::function<void(const JsonPart&)>& read);

}  // namespace nlp::tokenizer
