// One record of the input.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/wire.hpp"
#include "text/span.hpp"

namespace nlp::cli {

// A member of a record, as it was written.
struct Field {
  std::string key;
  Wire wire = Wire::json;
  std::string raw;  // the value: JSON text, or one CBOR item
};

// Numbers of any shape, as `hidden` has them: {"dtype":"float32","shape":[…],"data":…}.
struct FloatArray {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

// Throws Error{data} where a field holds no numbers.
FloatArray floats_of(const Field& field);

struct Record {
  std::string text;                 // valid UTF-8
  std::optional<std::string> pair;  // only where the command takes pairs
  std::uint64_t index = 0;          // counted from 0 over all files
  std::string file;                 // for messages; "stdin"
  std::uint64_t line = 0;           // counted from 1; in CBOR the item
  std::vector<Field> fields;        // all members but text and pair, in their order, no key twice
  std::vector<text::Span> words;    // --input conll: the first column, as bytes of text
  std::uint64_t repaired = 0;       // U+FFFD put in place of what was not UTF-8
  bool has_text = true;             // false for a record of ids alone

  std::string where() const;                      // "FILE:LINE"
  const Field* find(std::string_view key) const;  // or nullptr
  bool has(std::string_view key) const { return find(key) != nullptr; }

  // The value of a member that must be there.
  // Throws Error{data} `KEY: what (expected, got)`; the file and line are added further up.
  std::vector<std::int32_t> integers(std::string_view key) const;  // [1,2,3]
  std::vector<text::Span> spans(std::string_view key) const;       // [[0,1],[1,4]]
  std::vector<std::string> strings(std::string_view key) const;    // ["a","b"]

  // A member of a member that is an object, as a field of its own; absent where there is none.
  std::optional<Field> find(std::string_view key, std::string_view inner) const;
};

}  // namespace nlp::cli
