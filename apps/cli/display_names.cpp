#include "cli/display_names.hpp"

#include <algorithm>
#include <filesystem>

#include "text/utf8.hpp"

namespace nlp::cli {
namespace {
constexpr std::size_t kLongest = 40;

std::string short_name(const std::string& file) {
  if (file == "-") return "stdin";
  const auto stem = std::filesystem::path(file).stem().string();
  return stem.empty() ? file : stem;
}

std::string cut(const std::string& name) {
  std::vector<std::size_t> starts;  // of characters
  for (std::size_t at = 0; at < name.size(); text::decode(name, at)) starts.push_back(at);
  if (starts.size() <= kLongest) return name;
  return "…" + name.substr(starts[starts.size() - kLongest + 1]);
}
}  // namespace

std::string displayable(std::string_view given) {
  std::string text(given);
  text::repair(text);
  std::string made;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t point = text::decode(text, at);
    // U+FFFE and U+FFFF are no characters of XML.
    const bool is_control =
        point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0xFFFE || point == 0xFFFF;
    text::append(made, is_control ? U'\uFFFD' : point);
  }
  return made;
}

std::vector<std::string> display_names(const std::vector<std::string>& files) {
  std::vector<std::string> shorts, names;
  for (const auto& file : files) shorts.push_back(short_name(file));
  for (std::size_t k = 0; k < files.size(); ++k) {
    const bool is_only = std::ranges::count(shorts, shorts[k]) == 1;
    names.push_back(cut(displayable(is_only || files[k] == "-" ? shorts[k] : files[k])));
  }
  return names;
}

}  // namespace nlp::cli
