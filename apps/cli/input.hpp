// The records of all input files, one after the other, still as bytes.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "cli/byte_source.hpp"
#include "cli/options.hpp"
#include "cli/record.hpp"

namespace nlp::cli {

struct RawRecord {
  enum class Kind { text, json, cbor, conll };
  Kind kind = Kind::text;
  std::string bytes;  // without its separator
  std::shared_ptr<const std::string> file;
  std::uint64_t line = 0;            // counted from 1; in CBOR the item
  std::uint64_t index = 0;           // counted from 0 over all files
  std::optional<std::string> error;  // it was too long, and is not here
};

class Input {
 public:
  explicit Input(const InputOptions& options) : options_(options) {}

  enum class Next {
    record,
    would_wait,  // no whole record is there yet; only where `may_wait` is false
    end,
  };
  // Memory is bounded by --max-line.  Throws Error{data}: a file that cannot be read, a broken CBOR
  // sequence; under --on-error stop also a record that is too long.
  Next next(RawRecord& dst, bool may_wait);

  // From any thread: a waiting next() returns `end`.
  void stop() { wakeup_.wake(); }

 private:
  bool open_next_file();
  bool detect(bool may_wait);
  bool fill(bool may_wait);  // more bytes; false at the end or where that would wait
  Next line(RawRecord& dst, bool may_wait);
  Next find_line(bool may_wait, std::string& dst, std::optional<std::string>& error);
  Next sentence(RawRecord& dst, bool may_wait);
  Next cbor_item(RawRecord& dst, bool may_wait);
  std::string_view rest() const { return std::string_view(buffer_).substr(head_); }
  std::string where() const;
  void consume(std::size_t bytes);

  const InputOptions& options_;
  Wakeup wakeup_;
  std::size_t next_file_ = 0;
  std::optional<ByteSource> source_;
  std::shared_ptr<const std::string> file_;
  std::optional<RawRecord::Kind> kind_;  // of this file; absent until told by its first record
  std::string buffer_;
  std::size_t head_ = 0;      // bytes of buffer_ that are done
  std::size_t searched_ = 0;  // bytes behind head_ without separator
  bool ended_ = false;        // the source has no more
  bool discarding_ = false;   // inside of a line that is too long
  std::uint64_t line_ = 0;    // lines taken from this file
  std::uint64_t index_ = 0;
  std::string sentence_;                       // lines of a sentence so far
  std::optional<std::string> sentence_error_;  // it is too long
  std::uint64_t sentence_line_ = 0;
};

// Takes a record apart.  Throws Error{data} `FILE:LINE: what; what to do`.
Record parse_record(RawRecord raw, const InputOptions& options);

}  // namespace nlp::cli
