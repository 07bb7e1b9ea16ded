#include "train/data/chunks.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "text/utf8.hpp"

namespace nlp::train {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path) {
  throw Error(Kind::data,
              fmt::format("{}: cannot be read ({})", path.string(), std::strerror(errno)));
}

class File {
 public:
  explicit File(const fs::path& path)
      : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) fail(path);
  }
  ~File() { ::close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::uint64_t size() const {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) fail(path_);
    return static_cast<std::uint64_t>(status.st_size);
  }

  // [from, to), less where the file ends before.
  std::string read(std::uint64_t from, std::uint64_t to) const {
    std::string bytes(to - from, '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t got = ::pread(descriptor_, bytes.data() + done, bytes.size() - done,
                                  static_cast<off_t>(from + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail(path_);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    bytes.resize(done);
    return bytes;
  }

 private:
  const fs::path& path_;
  int descriptor_;
};

// Where a chunk begins in `window`: the bytes from one before its part to the part's end, or to the
// end of the file (`last`).
std::size_t border(std::string_view window, bool last) {
  // The last byte's line begins in the next part.
  const std::string_view ends = last ? window : window.substr(0, window.size() - 1);
  if (const auto line = ends.find('\n'); line != std::string_view::npos) return line + 1;
  if (last) return window.size();
  if (const auto space = ends.find(' '); space != std::string_view::npos) return space + 1;
  std::size_t point = 1;
  while (point < 5 && point + 1 < window.size() && !text::starts_code_point(window[point])) ++point;
  return point;
}

}  // namespace

Chunks::Chunks(std::vector<fs::path> files, std::uint64_t chunk_bytes)
    : files_(std::move(files)), chunk_bytes_(chunk_bytes) {
  if (chunk_bytes < 8) throw Error(Kind::internal, "chunks of less than 8 bytes");
  std::uint64_t count = 0;
  for (const fs::path& path : files_) {
    sizes_.push_back(File(path).size());
    bytes_ += sizes_.back();
    count += (sizes_.back() + chunk_bytes - 1) / chunk_bytes;
    if (count > std::numeric_limits<std::uint32_t>::max())
      throw Error(Kind::data,
                  fmt::format("{}: more text than can be shuffled; give less", path.string()));
    first_.push_back(static_cast<std::uint32_t>(count));
  }
}

std::size_t Chunks::file_of(std::uint32_t index) const {
  const auto next = std::upper_bound(first_.begin(), first_.end(), index);
  return static_cast<std::size_t>(next - first_.begin()) - 1;
}

std::uint64_t Chunks::size(std::uint32_t index) const {
  const std::size_t file = file_of(index);
  const std::uint64_t from = std::uint64_t{index - first_[file]} * chunk_bytes_;
  return std::min(chunk_bytes_, sizes_[file] - from);
}

std::string Chunks::read(std::uint32_t index) const {
  const std::size_t number = file_of(index);
  const File file(files_[number]);
  const std::uint64_t size = sizes_[number];
  if (const std::uint64_t now = file.size(); now != size)
    throw Error(Kind::data, fmt::format("{}: changed while it was read (expected {} bytes, got "
                                        "{}); leave texts alone as long as a command reads them",
                                        files_[number].string(), size, now));
  const std::uint64_t part = std::uint64_t{index - first_[number]} * chunk_bytes_;
  const std::uint64_t next = std::min(part + chunk_bytes_, size);
  const std::uint64_t from = part == 0 ? 0 : part - 1;
  std::string bytes = file.read(from, std::min(next + chunk_bytes_, size));
  if (from + bytes.size() < next) bytes.resize(next - from, ' ');  // shrunk just now
  const std::string_view view = bytes;
  std::size_t begin = 0, end = bytes.size();
  if (part > 0) begin = border(view.substr(0, next - from), next == size);
  if (next < size) {
    const std::string_view behind = view.substr(next - 1 - from);
    end = next - 1 - from + border(behind, from + bytes.size() == size);
  }
  bytes.resize(end);
  bytes.erase(0, begin);
  return bytes;
}

}  // namespace nlp::train
