#include "train/data/set_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "text/utf8.hpp"

namespace nlp::train {
namespace {

constexpr std::size_t kBlock = 1 << 18;

Error unreadable(const std::string& name) {
  return Error(Kind::data,
               fmt::format("{}: cannot be read ({}); give another file", name, strerror(errno)));
}

}  // namespace

SetFile::SetFile(std::string path, std::uint64_t max_line)
    : name_(std::move(path)), max_line_(max_line) {
  if (name_ == "-") {
    name_ = "stdin";
    return;
  }
  descriptor_ = ::open(name_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) throw unreadable(name_);
}

SetFile::~SetFile() {
  if (descriptor_ > 0) ::close(descriptor_);
}

bool SetFile::fill() {
  buffer_.erase(0, std::exchange(head_, 0));
  const std::size_t before = buffer_.size();
  buffer_.resize(before + kBlock);
  ssize_t got = 0;
  do {
    got = ::read(descriptor_, buffer_.data() + before, kBlock);
  } while (got < 0 && errno == EINTR);
  buffer_.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
  if (got < 0) throw unreadable(name_);
  return got > 0;
}

bool SetFile::next(std::string& dst) {
  std::size_t end = std::string::npos;
  for (std::size_t from = head_; !ended_;) {
    end = buffer_.find('\n', from);
    if (end != std::string::npos) break;
    const std::size_t searched = buffer_.size() - head_;
    if (searched > max_line_ + 1) break;
    ended_ = !fill();
    from = head_ + searched;
  }
  if (end == std::string::npos) end = buffer_.find('\n', head_);
  const bool last = end == std::string::npos;
  if (last) end = buffer_.size();
  if (last && ended_ && end == head_) return false;
  ++line_;
  dst.assign(buffer_, head_, end - head_);
  head_ = last ? end : end + 1;
  if (dst.ends_with('\r')) dst.pop_back();
  if (dst.size() > max_line_)
    throw error(fmt::format("line too long (expected {} bytes at most); shorten it", max_line_));
  if (line_ == 1 && dst.starts_with("\xEF\xBB\xBF")) dst.erase(0, 3);
  repaired_ += text::repair(dst);
  return true;
}

Error SetFile::error(std::uint64_t line, const std::string& what) const {
  return Error(Kind::data, fmt::format("{}:{}: {}", name_, line, what));
}

}  // namespace nlp::train
