// Files of text, read once from front to end, a block of lines at a time.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace nlp::train {

// A block is made of whole lines of one file, with their ends.  A line longer than a block is
// divided: before a space between words, where there is none before the last code point that fits.
// Where blocks end depends on the text alone, not on how much a read() gives.
class TextBlocks {
 public:
  static constexpr std::size_t kBlock = 1 << 20;  // bytes, at most

  // `-` is stdin.
  explicit TextBlocks(std::vector<std::filesystem::path> files, std::size_t block = kBlock)
      : files_(std::move(files)), block_(block) {}
  ~TextBlocks();
  TextBlocks(const TextBlocks&) = delete;
  TextBlocks& operator=(const TextBlocks&) = delete;

  // The next block; false at the end.  From one thread at a time.
  // Throws Error{data} where a file cannot be read.
  bool next(std::string& dst);

 private:
  void open();
  void close();
  void fill();  // up to a block, or the end of the file

  std::vector<std::filesystem::path> files_;
  std::size_t block_;
  std::size_t file_ = 0;  // behind the one that is open
  int descriptor_ = -1;   // -1: none is open
  bool ended_ = false;    // the file has no more
  std::string buffer_;
};

}  // namespace nlp::train
