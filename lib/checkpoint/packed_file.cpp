#include "checkpoint/packed_file.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

namespace nlp::checkpoint {
namespace {

// The last digit is the version of the layout.
constexpr std::string_view kPackedMagic = std::endian::native == std::endian::little
                                              ? std::string_view("nlp packed LE 1\n")
                                              : std::string_view("nlp packed BE 1\n");
constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kHashAt = 32;  // where the hash of the head stands
constexpr std::uint64_t kFixed = 48;   // magic and four numbers

std::uint64_t whole_pages(std::uint64_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

// FNV-1a, but for the eight bytes of the hash itself.  Any single byte that changes, changes it.
std::uint64_t hash(std::string_view head) {
  std::uint64_t value = 0xcbf29ce484222325u;
  for (std::size_t k = 0; k < head.size(); ++k) {
    if (k >= kHashAt && k < kHashAt + 8) continue;
    value = (value ^ static_cast<unsigned char>(head[k])) * 0x100000001b3u;
  }
  return value;
}

void put(std::string& head, std::uint64_t value) {
  head.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put_text(std::string& head, std::string_view text) {
  put(head, text.size());
  head += text;
}

// Takes numbers and texts off a head; what is behind its end is absent.
class HeadReader {
 public:
  explicit HeadReader(std::string_view rest) : rest_(rest) {}

  bool number(std::uint64_t& value) {
    if (rest_.size() < sizeof value) return false;
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return true;
  }
  bool text(std::string& value) {
    std::uint64_t size = 0;
    if (!number(size) || size > rest_.size()) return false;
    value = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }

 private:
  std::string_view rest_;
};

bool read_at(int file, char* dst, std::uint64_t size, std::uint64_t offset) {
  while (size > 0) {
    const ssize_t got = ::pread(file, dst, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    dst += got;
    size -= static_cast<std::uint64_t>(got);
    offset += static_cast<std::uint64_t>(got);
  }
  return true;
}

bool write_at(int file, const void* src, std::uint64_t size, std::uint64_t offset) {
  const auto* from = static_cast<const char*>(src);
  while (size > 0) {
    const ssize_t done = ::pwrite(file, from, size, static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    from += done;
    size -= static_cast<std::uint64_t>(done);
    offset += static_cast<std::uint64_t>(done);
  }
  return true;
}

// Writes a file from its start to its end, in pieces that begin at multiples of a huge page: the
// kernel then keeps it in huge pages, and maps it a hundred times faster than in small ones.
class PieceWriter {
 public:
  explicit PieceWriter(int file) : file_(file), piece_(kPiece) {}

  // `offset` is not before the end of what was written; zeros lie between.
  bool write(std::uint64_t offset, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      while (offset >= start_ + kPiece)
        if (!flush()) return false;
      const std::size_t at = offset - start_;
      const std::size_t size = std::min(bytes.size(), kPiece - at);
      std::memcpy(piece_.data() + at, bytes.data(), size);
      end_ = at + size;
      offset += size;
      bytes = bytes.subspan(size);
    }
    return true;
  }
  bool finish() { return write_at(file_, piece_.data(), end_, start_); }

 private:
  static constexpr std::size_t kPiece = std::size_t{2} << 20;

  bool flush() {
    if (!write_at(file_, piece_.data(), kPiece, start_)) return false;
    std::ranges::fill(piece_, std::byte{0});
    start_ += kPiece;
    end_ = 0;
    return true;
  }

  int file_;
  std::vector<std::byte> piece_;
  std::uint64_t start_ = 0;  // of the piece
  std::size_t end_ = 0;      // of what the piece holds
};

std::uint64_t head_size(std::string_view key, std::string_view origin,
                        std::span<const PackedBlob> blobs) {
  std::uint64_t bytes = kFixed + 16 + key.size() + origin.size();
  for (const PackedBlob& blob : blobs) bytes += 24 + blob.name.size();
  return whole_pages(bytes);
}

bool parse(const std::string& head, std::uint64_t file_size, PackedHead& dst) {
  HeadReader reader(std::string_view(head).substr(kFixed - 8));
  std::uint64_t count = 0;
  if (!reader.number(count) || !reader.text(dst.key) || !reader.text(dst.origin)) return false;
  for (; count > 0; --count) {
    PackedHead::Range range;
    std::string name;
    if (!reader.number(range.offset) || !reader.number(range.size) || !reader.text(name))
      return false;
    if (range.offset % kPage != 0 || range.offset < head.size() || range.offset > file_size ||
        range.size > file_size - range.offset)
      return false;
    if (!dst.blobs.emplace(std::move(name), range).second) return false;
  }
  return true;
}

// A write behind the limit would end the process (SIGXFSZ).
bool may_grow_to(std::uint64_t bytes) {
  rlimit limit{};
  return ::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
         bytes <= limit.rlim_cur;
}

}  // namespace

std::optional<PackedHead> read_packed_head(int file) {
  struct stat status {};
  char fixed[kFixed];
  if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode) ||
      !read_at(file, fixed, sizeof fixed, 0) ||
      std::string_view(fixed, kPackedMagic.size()) != kPackedMagic)
    return std::nullopt;
  const auto file_size = static_cast<std::uint64_t>(status.st_size);
  std::uint64_t told_size = 0, size = 0, told_hash = 0;
  std::memcpy(&told_size, fixed + 16, 8);
  std::memcpy(&size, fixed + 24, 8);
  std::memcpy(&told_hash, fixed + kHashAt, 8);
  if (told_size != file_size || size < kFixed || size > std::min(file_size, kMostPackedHead) ||
      size % kPage != 0)
    return std::nullopt;
  std::string head(size, '\0');
  PackedHead read;
  if (!read_at(file, head.data(), size, 0) || hash(head) != told_hash ||
      !parse(head, file_size, read))
    return std::nullopt;
  return read;
}

std::uint64_t packed_size(std::string_view key, std::string_view origin,
                          std::span<const PackedBlob> blobs) {
  std::uint64_t bytes = head_size(key, origin, blobs);
  for (const PackedBlob& blob : blobs) bytes += whole_pages(blob.bytes.size());
  return bytes;
}

bool write_packed(int file, std::string_view key, std::string_view origin,
                  std::span<const PackedBlob> blobs) {
  const std::uint64_t size = packed_size(key, origin, blobs);
  const std::uint64_t head_bytes = head_size(key, origin, blobs);
  if (head_bytes > kMostPackedHead || !may_grow_to(size) ||
      ::ftruncate(file, static_cast<off_t>(size)) != 0)
    return false;
  std::string head(kPackedMagic);
  put(head, size);
  put(head, head_bytes);
  put(head, 0);
  put(head, blobs.size());
  put_text(head, key);
  put_text(head, origin);
  std::uint64_t offset = head_bytes;
  PieceWriter writer(file);
  for (const PackedBlob& blob : blobs) {
    put(head, offset);
    put(head, blob.bytes.size());
    put_text(head, blob.name);
    if (!writer.write(offset, blob.bytes)) return false;
    offset += whole_pages(blob.bytes.size());
  }
  head.resize(head_bytes, '\0');
  const std::uint64_t value = hash(head);
  std::memcpy(head.data() + kHashAt, &value, sizeof value);
  return writer.finish() && ::fdatasync(file) == 0 && write_at(file, head.data(), head.size(), 0);
}

}  // namespace nlp::checkpoint
