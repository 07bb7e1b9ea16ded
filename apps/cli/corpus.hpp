// What queries are compared with: lines of text, whose vectors are made first, or vectors as
// nlp embed writes them, with or without their lines.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/npy_reader.hpp"
#include "cli/line_file.hpp"
#include "cli/opened.hpp"
#include "task/embed.hpp"
#include "task/nearest.hpp"

namespace nlp::cli {

class Corpus {
 public:
  // file: an array or a text; texts: the lines of an array, or empty.
  // Throws Error{data}: a file cannot be read, an array is not [lines, numbers] or has not as many
  // lines as the text; Error{usage} for `texts` beside a text, and where stdin is to be both.
  Corpus(const std::string& file, const std::string& texts, const InputOptions& input);

  // Whether vectors are still to be made by embed(): they wait in a temporary file, not in memory.
  // A line that cannot be embedded is Error{data} FILE:LINE, or skipped as `input` says.
  bool is_text() const { return !file_; }
  void embed(const task::Embedder& embedder, const model::Model& model,
             const ComputeOptions& compute, const InputOptions& input, bool stdout_is_terminal);

  struct Search {
    std::int64_t size = 0;  // numbers of a query
    task::Similarity similarity = task::Similarity::cosine;
    bool names_similarity = false;  // the user does
    std::optional<std::int64_t> rescore;
    std::string ranges;  // the file of --ranges, or empty
    int threads = 1;
  };
  // Called once, when there are vectors, before nearest().
  // Throws Error{data} where they are not of the queries' size, Error{usage} for --rescore where
  // they are no bits, for --similarity where they are, for --ranges where they are no bytes, and
  // for bytes without.
  void prepare(const Search& search);
  task::Matches nearest(std::span<const std::vector<float>> queries, std::int64_t most);

  // The line of a row; absent where there are vectors alone.
  std::optional<std::string> text(std::int64_t row) const;

 private:
  std::span<const std::uint8_t> bytes() const;
  void prepare_bits(const Search& search);
  void prepare_bytes(const Search& search);

  std::optional<MappedInput> file_;  // of an array
  npy::Array array_;                 // of the file, or the one that was made
  std::optional<LineFile> lines_;
  std::unique_ptr<TemporaryFile> spool_;
  std::unique_ptr<MappedFile> made_;
  std::unique_ptr<task::NearestRows> rows_;
  std::unique_ptr<task::NearestBits> bits_;
  std::int64_t rescore_ = 0;
};

}  // namespace nlp::cli
