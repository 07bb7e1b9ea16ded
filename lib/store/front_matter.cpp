#include "store/front_matter.hpp"

#include <fstream>
#include <iterator>

#include "base/trim.hpp"

namespace nlp::store {
namespace {

constexpr std::string_view kMark = "---";

// Without space around it, nor quotes.
std::string_view bare(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
      text.back() == text.front())
    text = text.substr(1, text.size() - 2);
  return trimmed(text);
}

std::string_view next_line(std::string_view& text) {
  const auto end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

void add(std::string_view value, std::string& dst) {
  value = bare(value);
  if (value.empty()) return;
  if (!dst.empty()) dst += ", ";
  dst += value;
}

// `value`, or `[a, b]`.
void add_all(std::string_view value, std::string& dst) {
  value = bare(value.substr(0, value.find(" #")));
  if (!value.starts_with('[') || !value.ends_with(']')) return add(value, dst);
  value = value.substr(1, value.size() - 2);
  while (!value.empty()) {
    const auto comma = value.find(',');
    add(value.substr(0, comma), dst);
    value.remove_prefix(comma == std::string_view::npos ? value.size() : comma + 1);
  }
}

}  // namespace

std::string front_matter_value(std::string_view readme, std::string_view key) {
  std::string found;
  if (bare(next_line(readme)) != kMark) return found;
  bool in_list = false;  // below the key
  while (!readme.empty()) {
    const std::string_view line = next_line(readme), text = bare(line);
    if (text == kMark) break;
    if (in_list && text.starts_with("- ")) {
      add_all(text.substr(2), found);
      continue;
    }
    in_list = line.starts_with(key) && line.substr(key.size()).starts_with(':');
    if (in_list) add_all(line.substr(key.size() + 1), found);
  }
  return found;
}

std::string license_of(const std::filesystem::path& directory) {
  std::ifstream in(directory / "README.md", std::ios::binary);
  const std::string readme{std::istreambuf_iterator<char>(in), {}};
  std::string license = front_matter_value(readme, "license");
  if (license != "other") return license;
  const std::string name = front_matter_value(readme, "license_name");
  return name.empty() ? license : name;
}

}  // namespace nlp::store
