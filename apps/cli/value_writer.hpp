// Writes one value as JSON or CBOR, member by member.
//   writer.object().put("text", "a b").put("ids", ids).key("masks").array();
//   for (…) writer.object().put("start", 0).end();
//   writer.end().end();
// JSON is UTF-8 without needless escapes; numbers are the shortest text that reads back as the same
// float32; NaN and infinities are null.  CBOR has byte strings where JSON has base64.
#pragma once
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/record.hpp"
#include "cli/wire.hpp"
#include "text/span.hpp"

namespace nlp::cli {

class ValueWriter {
 public:
  // Appends to `dst`, which must outlive it.
  ValueWriter(Wire wire, std::string& dst) : wire_(wire), dst_(&dst) {}

  ValueWriter& object();
  ValueWriter& array();
  ValueWriter& end();  // of the innermost object or array
  ValueWriter& key(std::string_view name);

  ValueWriter& value(std::string_view text);  // valid UTF-8
  ValueWriter& value(const char* text) { return value(std::string_view(text)); }
  ValueWriter& value(const std::string& text) { return value(std::string_view(text)); }
  ValueWriter& value(float number);
  ValueWriter& value(double number) { return value(static_cast<float>(number)); }
  ValueWriter& value(bool truth);
  ValueWriter& value(std::nullptr_t);
  template <std::integral Integer>
  ValueWriter& value(Integer number) {
    return integer(static_cast<std::int64_t>(number));
  }
  ValueWriter& value(text::Span span);     // [start, end]
  ValueWriter& value(const Field& field);  // as it was written, if it can be

  template <class Item>
  ValueWriter& value(std::span<const Item> items) {
    array();
    for (const auto& item : items) value(item);
    return end();
  }
  template <class Item>
  ValueWriter& value(const std::vector<Item>& items) {
    return value(std::span<const Item>(items));
  }
  // {"dtype":"float32","shape":[…],"data":…}, little-endian.
  ValueWriter& tensor(std::span<const std::int64_t> shape, std::span<const float> values);

  template <class Value>
  ValueWriter& put(std::string_view name, const Value& item) {
    return key(name).value(item);
  }

  Wire wire() const { return wire_; }
  std::size_t depth() const { return open_.size(); }
  // Keys of the outermost object so far.
  const std::vector<std::string>& keys() const { return keys_; }

 private:
  ValueWriter& integer(std::int64_t number);
  void separate();  // the comma before an item

  Wire wire_;
  std::string* dst_;
  std::vector<char> open_;  // what ends each open object or array
  bool first_ = true;
  bool after_key_ = false;
  std::vector<std::string> keys_;
};

}  // namespace nlp::cli
