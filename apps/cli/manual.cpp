#include "cli/manual.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "base/error.hpp"

namespace nlp::cli {
namespace {
bool is_title(std::string_view line) {
  return !line.empty() && std::all_of(line.begin(), line.end(),
                                      [](char c) { return (c >= 'A' && c <= 'Z') || c == ' '; });
}

Manual parse(const ManualText& source) {
  Manual manual;
  manual.name = source.name;
  std::istringstream lines{std::string(source.text)};
  std::getline(lines, manual.summary);
  manual.sections.push_back({"DESCRIPTION", {}});
  bool open = false;  // a paragraph goes on
  for (std::string line; std::getline(lines, line);) {
    auto& paragraphs = manual.sections.back().paragraphs;
    if (line.empty()) {
      open = false;
    } else if (is_title(line)) {
      manual.sections.push_back({line, {}});
      open = false;
    } else if (open && is_indented(line) == is_indented(paragraphs.back())) {
      paragraphs.back() += "\n" + line;
    } else {
      paragraphs.push_back(line);
      open = true;
    }
  }
  return manual;
}
}  // namespace

bool is_indented(std::string_view paragraph) { return paragraph.rfind("  ", 0) == 0; }

const Manual::Section* Manual::section(std::string_view title) const {
  for (const Section& section : sections)
    if (section.title == title) return &section;
  return nullptr;
}

std::optional<Manual> guide(std::string_view name) {
  const auto texts = guide_texts();
  const auto found = std::ranges::find(texts, name, &ManualText::name);
  if (found == texts.end()) return std::nullopt;
  return parse(*found);
}

Manual manual(std::string_view name) {
  const auto texts = manual_texts();
  const auto found = std::ranges::find(texts, name, &ManualText::name);
  if (found == texts.end())
    throw Error(Kind::internal, fmt::format("man/{}.txt: not in this build", name));
  return parse(*found);
}
std::vector<std::string_view> command_names() {
  std::vector<std::string_view> names;
  for (const ManualText& text : manual_texts())
    if (text.name != "nlp" && text.name.find(' ') == std::string_view::npos)
      names.push_back(text.name);
  return names;
}

std::vector<std::string_view> sub_command_names(std::string_view command) {
  const std::string before = std::string(command) + " ";
  std::vector<std::string_view> names;
  for (const ManualText& text : manual_texts())
    if (text.name.rfind(before, 0) == 0) names.push_back(text.name.substr(before.size()));
  return names;
}

std::string page_name(std::string_view command) {
  std::string name = command == "nlp" ? "nlp" : "nlp-" + std::string(command);
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

}  // namespace nlp::cli
