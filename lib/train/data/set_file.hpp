// A file of a labelled set, line by line.
#pragma once
#include <cstdint>
#include <string>

#include "base/error.hpp"

namespace nlp::train {

inline constexpr std::uint64_t kMaxLine = 64 << 20;  // bytes

class SetFile {
 public:
  // `path` `-` is stdin.  Throws Error{data} where it cannot be read.
  explicit SetFile(std::string path, std::uint64_t max_line = kMaxLine);
  ~SetFile();
  SetFile(const SetFile&) = delete;
  SetFile& operator=(const SetFile&) = delete;

  // The next line without its end (LF or CRLF) and, of the first, without byte order mark; false
  // where there is none.  What is not UTF-8 becomes U+FFFD and is counted.
  // Throws Error{data} for a line of more than max_line bytes, and where reading fails.
  bool next(std::string& dst);

  std::uint64_t line() const { return line_; }  // of what next() gave, counted from 1
  std::uint64_t repaired() const { return repaired_; }
  std::uint64_t max_line() const { return max_line_; }
  const std::string& name() const { return name_; }

  // Error{data} `FILE:LINE: what`; the line as it is, or another.
  Error error(const std::string& what) const { return error(line_, what); }
  Error error(std::uint64_t line, const std::string& what) const;

 private:
  bool fill();

  std::string name_;
  int descriptor_ = 0;
  std::uint64_t max_line_;
  std::string buffer_;
  std::size_t head_ = 0;  // bytes of buffer_ that were given out
  bool ended_ = false;
  std::uint64_t line_ = 0;
  std::uint64_t repaired_ = 0;
};

}  // namespace nlp::train
