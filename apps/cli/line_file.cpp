#include "cli/line_file.hpp"

#include <fmt/format.h>

#include <cstring>
#include <filesystem>
#include <utility>

#include "base/error.hpp"
#include "cli/byte_source.hpp"
#include "cli/signals.hpp"
#include "text/utf8.hpp"

namespace nlp::cli {
namespace fs = std::filesystem;

MappedInput::MappedInput(const std::string& file) : name_(file == "-" ? "stdin" : file) {
  fs::path path = file;
  std::error_code ignored;
  if (file == "-" || (fs::exists(path, ignored) && !fs::is_regular_file(path, ignored))) {
    copy_ = std::make_unique<TemporaryFile>();
    const Wakeup wakeup;
    ByteSource source(file, wakeup);
    std::string buffer;
    for (bool more = true; more;) {
      more = source.read(buffer);
      check_signals();
      copy_->append(buffer);
      buffer.clear();
    }
    path = copy_->path();
  }
  try {
    mapped_ = std::make_unique<MappedFile>(path);
  } catch (const Error& error) {
    throw Error(Kind::data, error.what());
  }
}

LineFile::LineFile(MappedInput input, const InputOptions& options)
    : input_(std::move(input)), crlf_(options.crlf) {
  const std::string_view all(reinterpret_cast<const char*>(input_.bytes().data()),
                             input_.bytes().size());
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t found = all.find(options.separator(), at);
    ends_.push_back(found == std::string_view::npos ? all.size() : found);
    at = ends_.back() + 1;
    const std::string_view line = raw(ends_.size() - 1);
    if (text::valid_prefix(line) == line.size()) continue;
    if (options.strict)
      throw Error(Kind::data, fmt::format("{}:{}: invalid UTF-8; convert it, or read it without "
                                          "--strict",
                                          name(), ends_.size()));
    std::string whole(line);
    repaired_ += text::repair(whole);
  }
}

std::string_view LineFile::raw(std::size_t index) const {
  const std::uint64_t first = index == 0 ? 0 : ends_[index - 1] + 1;
  std::string_view line(reinterpret_cast<const char*>(input_.bytes().data()) + first,
                        ends_[index] - first);
  if (crlf_ && line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string LineFile::line(std::int64_t index) const {
  std::string text(raw(static_cast<std::size_t>(index)));
  text::repair(text);
  return text;
}

}  // namespace nlp::cli
