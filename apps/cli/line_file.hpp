// A text file whose lines are read at random: mapped, not in memory.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.hpp"
#include "cli/options.hpp"
#include "cli/temporary_file.hpp"

namespace nlp::cli {

// A file mapped for reading; a pipe, or `-` for stdin, is copied into a temporary file first.
class MappedInput {
 public:
  // Throws Error{data} where it cannot be read.
  explicit MappedInput(const std::string& file);

  const std::string& name() const { return name_; }  // for messages; "stdin"
  std::span<const std::byte> bytes() const { return mapped_->bytes(); }

 private:
  std::string name_;
  std::unique_ptr<TemporaryFile> copy_;
  std::unique_ptr<MappedFile> mapped_;
};

class LineFile {
 public:
  // Lines end as those of `options` do.  Throws Error{data} where the file cannot be read; under
  // --strict also FILE:LINE for what is no UTF-8.
  LineFile(MappedInput input, const InputOptions& options);

  const std::string& name() const { return input_.name(); }
  std::int64_t count() const { return static_cast<std::int64_t>(ends_.size()); }
  // Line `index`, counted from 0: valid UTF-8.
  std::string line(std::int64_t index) const;
  // U+FFFD put in place of what was not UTF-8, in all lines.
  std::uint64_t repaired() const { return repaired_; }

 private:
  std::string_view raw(std::size_t index) const;

  MappedInput input_;
  bool crlf_;
  std::vector<std::uint64_t> ends_;  // where each line's separator stands, or would
  std::uint64_t repaired_ = 0;
};

}  // namespace nlp::cli
