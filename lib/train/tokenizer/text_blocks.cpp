#include "train/tokenizer/text_blocks.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "base/error.hpp"
#include "text/utf8.hpp"

namespace nlp::train {
namespace {

bool is_space(char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

// Where a line is divided whose first `line.size()` bytes fill a block.
std::size_t division(std::string_view line) {
  for (std::size_t at = line.size() - 2; at > 0; --at)
    if (line[at] == ' ' && !is_space(line[at - 1]) && !is_space(line[at + 1])) return at;
  std::size_t at = line.size() - 1;
  while (at > line.size() - 4 && !text::starts_code_point(line[at])) --at;
  return at;
}

}  // namespace

TextBlocks::~TextBlocks() { close(); }

void TextBlocks::open() {
  const std::filesystem::path& file = files_[file_++];
  descriptor_ = file == "-" ? STDIN_FILENO : ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0)
    throw Error(Kind::data,
                fmt::format("{}: cannot be read ({})", file.string(), std::strerror(errno)));
  ended_ = false;
}

void TextBlocks::close() {
  if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
  descriptor_ = -1;
}

void TextBlocks::fill() {
  std::size_t have = buffer_.size();
  buffer_.resize(block_);
  while (!ended_ && have < block_) {
    const ssize_t got = ::read(descriptor_, buffer_.data() + have, block_ - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      throw Error(Kind::data, fmt::format("{}: cannot be read ({})", files_[file_ - 1].string(),
                                          std::strerror(errno)));
    ended_ = got == 0;
    have += static_cast<std::size_t>(got);
  }
  buffer_.resize(have);
}

bool TextBlocks::next(std::string& dst) {
  for (;;) {
    if (descriptor_ < 0) {
      if (file_ == files_.size()) return false;
      open();
    }
    fill();
    if (!buffer_.empty()) break;
    close();
  }
  std::size_t size = buffer_.size();
  if (!ended_ || size == block_) {
    const std::size_t line_end = buffer_.rfind('\n');
    size = line_end == std::string::npos ? division(buffer_) : line_end + 1;
  }
  dst.assign(buffer_, 0, size);
  buffer_.erase(0, size);
  return true;
}

}  // namespace nlp::train
