// Where a record of a labelled set stands, for messages.
#pragma once
#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace nlp::train {

struct Place {
  std::uint32_t file = 0;  // of the set's files
  std::uint64_t line = 0;  // counted from 1
};

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
