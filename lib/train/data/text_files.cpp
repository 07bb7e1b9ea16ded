#include "train/data/text_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace nlp::train {
namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

struct Packed {
  std::string_view magic;
  const char* name;
  const char* command;  // that writes its contents
};

constexpr Packed kPacked[] = {
    {"\x1F\x8B"sv, "gzip", "zcat"},
    {"\xFD"
     "7zXZ\0"sv,
     "xz", "xzcat"},
    {"\x28\xB5\x2F\xFD"sv, "zstd", "zstdcat"},
    {"BZh"sv, "bzip2", "bzcat"},
    {"PK\x03\x04"sv, "zip", "unzip -p"},
};

void check_text(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    throw Error(Kind::data,
                fmt::format("{}: cannot be read ({})", file.string(), std::strerror(errno)));
  std::array<char, 8> head{};
  in.read(head.data(), head.size());
  const std::string_view bytes(head.data(), static_cast<std::size_t>(in.gcount()));
  for (const Packed& packed : kPacked)
    if (bytes.starts_with(packed.magic))
      throw Error(Kind::data, fmt::format("{}: {} data (expected plain text); unpack it, or pass "
                                          "`{}` on stdin",
                                          file.string(), packed.name, packed.command));
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const bool hidden = at->path().filename().string().starts_with('.');
    if (hidden && at->is_directory(error) && !error) at.disable_recursion_pending();
    if (!hidden && at->is_regular_file(error)) found.push_back(at->path());
    error.clear();  // of a name that is gone by now, or a link that leads nowhere
  }
  if (error)
    throw Error(Kind::data,
                fmt::format("{}: cannot be read ({})", folder.string(), error.message()));
  if (found.empty())
    throw Error(Kind::data, folder.string() + ": no files in this directory; give one with texts");
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

std::vector<fs::path> text_files(std::span<const fs::path> names) {
  std::vector<fs::path> files;
  for (const fs::path& name : names) {
    std::error_code error;
    const auto status = fs::status(name, error);
    if (!fs::exists(status))
      throw Error(Kind::data, name.string() + ": no such file or directory; is the path right?");
    if (fs::is_directory(status)) {
      const auto below = files_below(name);
      files.insert(files.end(), below.begin(), below.end());
    } else if (fs::is_regular_file(status)) {
      files.push_back(name);
    } else {
      throw Error(Kind::data,
                  name.string() + ": neither file nor directory; pass what it gives on stdin");
    }
  }
  for (const fs::path& file : files) check_text(file);
  return files;
}

}  // namespace nlp::train
