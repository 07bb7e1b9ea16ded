#include "cli/value_writer.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstddef>
#include <iterator>

#include "base/base64.hpp"
#include "base/cbor.hpp"
#include "base/json_text.hpp"
#include "text/utf8.hpp"

namespace nlp::cli {
namespace {
constexpr char kIndefiniteArray = static_cast<char>(0x9F);
constexpr char kIndefiniteMap = static_cast<char>(0xBF);
constexpr char kBreak = static_cast<char>(0xFF);
constexpr char kFalse = static_cast<char>(0xF4);
constexpr char kTrue = static_cast<char>(0xF5);
constexpr char kNull = static_cast<char>(0xF6);
}  // namespace

void ValueWriter::separate() {
  if (wire_ == Wire::json && !first_ && !after_key_) dst_->push_back(',');
  first_ = false;
  after_key_ = false;
}

ValueWriter& ValueWriter::object() {
  separate();
  dst_->push_back(wire_ == Wire::json ? '{' : kIndefiniteMap);
  open_.push_back(wire_ == Wire::json ? '}' : kBreak);
  first_ = true;
  return *this;
}

ValueWriter& ValueWriter::array() {
  separate();
  dst_->push_back(wire_ == Wire::json ? '[' : kIndefiniteArray);
  open_.push_back(wire_ == Wire::json ? ']' : kBreak);
  first_ = true;
  return *this;
}

ValueWriter& ValueWriter::end() {
  dst_->push_back(open_.back());
  open_.pop_back();
  first_ = false;
  return *this;
}

ValueWriter& ValueWriter::key(std::string_view name) {
  if (open_.size() == 1) keys_.emplace_back(name);
  value(name);
  if (wire_ == Wire::json) dst_->push_back(':');
  after_key_ = true;
  return *this;
}

ValueWriter& ValueWriter::value(std::string_view text) {
  separate();
  if (wire_ == Wire::json) {
    json_text::append_string(text, *dst_);
  } else {
    cbor::append_text(*dst_, text);
  }
  return *this;
}

ValueWriter& ValueWriter::value(float number) {
  if (!std::isfinite(number)) return value(nullptr);
  separate();
  if (wire_ == Wire::cbor) {
    cbor::append_float(*dst_, number);
    return *this;
  }
  const std::size_t from = dst_->size();
  fmt::format_to(std::back_inserter(*dst_), "{}", number);
  if (dst_->find_first_of(".e", from) == std::string::npos) *dst_ += ".0";
  return *this;
}

ValueWriter& ValueWriter::value(bool truth) {
  separate();
  if (wire_ == Wire::json) {
    *dst_ += truth ? "true" : "false";
  } else {
    dst_->push_back(truth ? kTrue : kFalse);
  }
  return *this;
}

ValueWriter& ValueWriter::value(std::nullptr_t) {
  separate();
  if (wire_ == Wire::json) {
    *dst_ += "null";
  } else {
    dst_->push_back(kNull);
  }
  return *this;
}

ValueWriter& ValueWriter::integer(std::int64_t number) {
  separate();
  if (wire_ == Wire::json) {
    fmt::format_to(std::back_inserter(*dst_), "{}", number);
  } else {
    cbor::append_integer(*dst_, number);
  }
  return *this;
}

ValueWriter& ValueWriter::value(text::Span span) {
  return array().value(span.start).value(span.end).end();
}

ValueWriter& ValueWriter::value(const Field& field) {
  separate();
  if (field.wire == wire_) {
    *dst_ += field.raw;
  } else if (wire_ == Wire::cbor) {
    cbor::append_from_json(field.raw, *dst_);
  } else {
    std::string json;
    cbor::append_json(field.raw, json);
    text::repair(json);  // nothing makes the texts inside of CBOR UTF-8
    *dst_ += json;
  }
  return *this;
}

ValueWriter& ValueWriter::tensor(std::span<const std::int64_t> shape,
                                 std::span<const float> values) {
  static_assert(std::endian::native == std::endian::little, "tensors are written as they lie");
  object().put("dtype", "float32").put("shape", std::vector(shape.begin(), shape.end()));
  key("data");
  separate();
  const auto bytes = std::as_bytes(values);
  if (wire_ == Wire::json) {
    dst_->push_back('"');
    append_base64(bytes, *dst_);
    dst_->push_back('"');
  } else {
    cbor::append_bytes(*dst_, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  return end();
}

}  // namespace nlp::cli
