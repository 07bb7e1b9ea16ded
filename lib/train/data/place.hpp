// Where a record of a labelled set stands, for messages.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json_text.hpp"
#include "text/utf8.hpp"

namespace nlp::train {

struct Place {
  std::uint32_t file = 0;  // of the set's files
  std::uint64_t line = 0;  // counted from 1
};

// What a file says, for messages: in quotes, escaped as JSON, no longer than a few words.
inline std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 60;  // bytes
  std::size_t size = std::min(text.size(), kMost);
  while (size < text.size() && !text::starts_code_point(text[size])) --size;
  std::string quoted;
  json_text::append_string(text.substr(0, size), quoted);
  return size < text.size() ? quoted + "…" : quoted;
}

// Error{data} `FILE:LINE: what`.
inline Error error_at(const std::vector<std::string>& files, Place place, const std::string& what) {
  return Error(Kind::data, fmt::format("{}:{}: {}", files.at(place.file), place.line, what));
}

// The files as messages call them.
inline std::vector<std::string> names_of(std::vector<std::string> files) {
  for (std::string& file : files)
    if (file == "-") file = "stdin";
  return files;
}

// Error{data} for a file that holds nothing.
inline Error no_rows(const std::string& file) {
  return Error(Kind::data, file + ": no rows (expected at least one); give another file");
}

}  // namespace nlp::train
