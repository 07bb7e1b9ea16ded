#include "base/npz_reader.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>

#include "base/error.hpp"

namespace nlp {
namespace {

class Reader {
 public:
  Reader(std::span<const std::byte> bytes, const std::string& where)
      : where_(where), handle_(archive_read_new(), archive_read_free) {
    if (!handle_) throw Error(Kind::memory, where + ": out of memory");
    archive_read_support_filter_none(handle());
    // By the directory at the end, which an archive that was cut off has lost.
    archive_read_support_format_zip_seekable(handle());
    if (archive_read_open_memory(handle(), bytes.data(), bytes.size()) != ARCHIVE_OK) fail();
  }

  NpzArrays arrays() {
    NpzArrays arrays;
    archive_entry* entry = nullptr;
    for (int status; (status = archive_read_next_header(handle(), &entry)) != ARCHIVE_EOF;) {
      if (status < ARCHIVE_WARN) fail();
      std::string name = name_of(entry);
      const std::string where = where_ + ": " + name;
      if (!name.ends_with(kSuffix))
        throw Error(Kind::data, where + ": no .npy file in a .npz file");
      name.resize(name.size() - kSuffix.size());
      NpzArray array = read_array(where);
      if (!arrays.emplace(std::move(name), std::move(array)).second)
        throw Error(Kind::data, where + ": there twice");
    }
    return arrays;
  }

 private:
  static constexpr std::string_view kSuffix = ".npy";

  archive* handle() const { return handle_.get(); }
  [[noreturn]] void fail() const {
    const char* reason = archive_error_string(handle());
    throw Error(Kind::data, fmt::format("{}: not a .npz file, or damaged ({}); write it again",
                                        where_, reason ? reason : "no reason given"));
  }

  std::string name_of(archive_entry* entry) const {
    const char* name = archive_entry_pathname_utf8(entry);
    if (name == nullptr) name = archive_entry_pathname(entry);
    if (name == nullptr) throw Error(Kind::data, where_ + ": a member's name is not UTF-8");
    return name;
  }

  // Reads until `file` has `size` bytes or the member ends.
  void fill(std::vector<std::byte>& file, std::uint64_t size) const {
    constexpr std::uint64_t kMost = 1 << 20;
    while (file.size() < size) {
      const std::size_t before = file.size();
      file.resize(before + static_cast<std::size_t>(std::min(kMost, size - before)));
      const la_ssize_t got =
          archive_read_data(handle(), file.data() + before, file.size() - before);
      if (got < 0) fail();
      file.resize(before + static_cast<std::size_t>(got));
      if (got == 0) return;
    }
  }

  NpzArray read_array(const std::string& where) const {
    constexpr std::uint64_t kStart = 256, kMostHeader = 1 << 16;
    NpzArray array;
    std::optional<npy::ArrayHeader> header;
    std::uint64_t size = kStart;
    for (; !header && size <= kMostHeader; size *= 2) {
      fill(array.file, size);
      header = npy::read_array_header(array.file, where);
      if (array.file.size() < size) break;
    }
    // One byte more than there should be: what follows the values is an error, too.
    if (header) fill(array.file, header->size + header->value_bytes + 1);
    array.array = npy::read(array.file, where);
    return array;
  }

  const std::string& where_;
  std::unique_ptr<archive, decltype(&archive_read_free)> handle_;
};

}  // namespace

NpzArrays read_npz(std::span<const std::byte> bytes, const std::string& where) {
  return Reader(bytes, where).arrays();
}

}  // namespace nlp
