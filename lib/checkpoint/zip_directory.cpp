#include "checkpoint/zip_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/error.hpp"
#include "checkpoint/pickle.hpp"

namespace nlp::checkpoint {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50, kDirectoryHeader = 0x02014b50, kEnd = 0x06054b50,
                        kEnd64 = 0x06064b50, kEnd64Locator = 0x07064b50;
constexpr std::uint64_t kLocalSize = 30, kDirectorySize = 46, kEndSize = 22, kEnd64Size = 56,
                        kLocatorSize = 20, kMostComment = 0xFFFF;
constexpr std::uint16_t kZip64Field = 0x0001, kEncrypted = 0x0001;
constexpr std::uint64_t kIn64 = 0xFFFFFFFF, kCountIn64 = 0xFFFF;  // the value stands in zip64

class ZipReader {
 public:
  ZipReader(std::span<const std::byte> bytes, const std::string& where)
      : bytes_(bytes), where_(where) {}

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Kind::model, fmt::format("{}: the zip archive is damaged: {}; fetch the file again",
                                         where_, what));
  }

  // A record of `size` bytes at `at`.
  std::span<const std::byte> record(std::uint64_t at, std::uint64_t size, const char* what) const {
    if (at > bytes_.size() || size > bytes_.size() - at)
      fail(fmt::format("{} lies outside of the file (expected {} bytes at {}, file of {})", what,
                       size, at, bytes_.size()));
    return bytes_.subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(size));
  }
  static std::uint64_t number(std::span<const std::byte> record, std::size_t at, unsigned size) {
    std::uint64_t value = 0;
    for (unsigned k = 0; k < size; ++k)
      value |= std::to_integer<std::uint64_t>(record[at + k]) << (8 * k);
    return value;
  }
  std::uint64_t find_end() const {
    const std::uint64_t size = bytes_.size();
    for (std::uint64_t comment = 0; comment <= kMostComment && comment + kEndSize <= size;
         ++comment) {
      const auto end = record(size - kEndSize - comment, kEndSize, "");
      if (number(end, 0, 4) == kEnd && number(end, 20, 2) == comment)
        return size - kEndSize - comment;
    }
    fail("it has no directory at its end");
  }

  struct Directory {
    std::uint64_t at, size, count;
  };
  Directory find_directory() const {
    const std::uint64_t at = find_end();
    const auto end = record(at, kEndSize, "");
    Directory directory{number(end, 16, 4), number(end, 12, 4), number(end, 10, 2)};
    std::uint64_t disks = number(end, 4, 2) | number(end, 6, 2);
    const bool in_64 =
        directory.at == kIn64 || directory.size == kIn64 || directory.count == kCountIn64;
    if (in_64 && at >= kLocatorSize &&
        number(record(at - kLocatorSize, kLocatorSize, ""), 0, 4) == kEnd64Locator) {
      const auto locator = record(at - kLocatorSize, kLocatorSize, "");
      const auto end64 = record(number(locator, 8, 8), kEnd64Size, "the zip64 directory's end");
      if (number(end64, 0, 4) != kEnd64)
        fail("the zip64 directory's end is not where it should be");
      directory = {number(end64, 48, 8), number(end64, 40, 8), number(end64, 32, 8)};
      disks = number(end64, 16, 4) | number(end64, 20, 4);
    }
    if (disks != 0) fail("it is one of several disks");
    return directory;
  }

  ZipMembers members() const {
    const Directory directory = find_directory();
    auto rest = record(directory.at, directory.size, "the directory");
    ZipMembers members;
    for (std::uint64_t n = 0; n < directory.count; ++n) {
      if (rest.size() < kDirectorySize || number(rest, 0, 4) != kDirectoryHeader)
        fail(fmt::format("its directory ends early (expected {} members, got {})", directory.count,
                         n));
      const std::uint64_t name_size = number(rest, 28, 2), extra_size = number(rest, 30, 2),
                          whole = kDirectorySize + name_size + extra_size + number(rest, 32, 2);
      if (rest.size() < whole) fail("its directory ends early");
      const std::string_view name(reinterpret_cast<const char*>(rest.data()) + kDirectorySize,
                                  static_cast<std::size_t>(name_size));
      const auto extra = rest.subspan(static_cast<std::size_t>(kDirectorySize + name_size),
                                      static_cast<std::size_t>(extra_size));
      if (!members.emplace(name, member(rest, extra, name)).second)
        fail(fmt::format("the member {} is there twice", shown(name)));
      rest = rest.subspan(static_cast<std::size_t>(whole));
    }
    return members;
  }

 private:
  std::span<const std::byte> member(std::span<const std::byte> header,
                                    std::span<const std::byte> extra, std::string_view name) const {
    if (number(header, 10, 2) != 0 || (number(header, 8, 2) & kEncrypted) != 0)
      throw Error(Kind::model,
                  fmt::format("{}: {} is compressed or encrypted (expected a stored member); save "
                              "the weights with torch.save or as safetensors",
                              where_, shown(name)));
    std::uint64_t size = number(header, 24, 4), stored = number(header, 20, 4),
                  at = number(header, 42, 4);
    if (size == kIn64 || stored == kIn64 || at == kIn64) {
      auto field = zip64_field(extra, name);
      for (std::uint64_t* value : {&size, &stored, &at}) {
        if (*value != kIn64) continue;
        if (field.size() < 8) fail(fmt::format("{}: its zip64 field ends early", shown(name)));
        *value = number(field, 0, 8);
        field = field.subspan(8);
      }
    }
    if (size != stored) fail(fmt::format("{}: two sizes, {} and {}", shown(name), size, stored));
    const auto local = record(at, kLocalSize, "a member's header");
    if (number(local, 0, 4) != kLocalHeader)
      fail(fmt::format("{}: no member where the directory says", shown(name)));
    // Its extra field, which pads up to the data, is not the directory's.
    const std::uint64_t data = at + kLocalSize + number(local, 26, 2) + number(local, 28, 2);
    return record(data, size, "a member");
  }

  std::span<const std::byte> zip64_field(std::span<const std::byte> extra,
                                         std::string_view name) const {
    constexpr std::size_t kHead = 4;
    while (extra.size() >= kHead) {
      const std::size_t size =
          std::min(static_cast<std::size_t>(number(extra, 2, 2)), extra.size() - kHead);
      if (number(extra, 0, 2) == kZip64Field) return extra.subspan(kHead, size);
      extra = extra.subspan(kHead + size);
    }
    fail(fmt::format("{}: its zip64 field is missing", shown(name)));
  }

  std::span<const std::byte> bytes_;
  const std::string& where_;
};

}  // namespace

bool is_zip(std::span<const std::byte> bytes) {
  return bytes.size() >= 4 && ZipReader::number(bytes, 0, 4) == kLocalHeader;
}

ZipMembers read_zip_directory(std::span<const std::byte> bytes, const std::string& where) {
  return ZipReader(bytes, where).members();
}

}  // namespace nlp::checkpoint
