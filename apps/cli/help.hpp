// What a command's options and texts become: --help, the man page, a table for completions.
#pragma once
#include <string>
#include <vector>

#include "cli/manual.hpp"

namespace CLI {
class App;
}

namespace nlp::cli {

// One option as it is shown.
struct OptionInfo {
  std::vector<std::string> names;    // {"-k", "--top"}; none for the positional
  std::string argument;              // "FILE", "text|jsonl"; empty for a flag
  std::vector<std::string> choices;  // {"text", "jsonl"}
  std::string description;
  std::string standard;  // the default, or empty
  std::string group;
};

// In the order of the help: the command's own options, then groups, the general ones last.
std::vector<OptionInfo> options_of(const CLI::App& app);

// Examples come before the options.
std::string help_text(const Manual& manual, const std::vector<OptionInfo>& options);

// What is printed where there is nothing to read: usage and one example.
std::string short_help(const Manual& manual, const std::vector<OptionInfo>& options);

// A page for man(1).
std::string man_page(const Manual& manual, const std::vector<OptionInfo>& options);

// A guide as a page of section 7, and as plain text.
std::string guide_page(const Manual& guide);
std::string guide_text(const Manual& guide);

// {"command","summary","options":[{"names","argument","choices","description"}]}.
std::string options_json(const Manual& manual, const std::vector<OptionInfo>& options);

// Breaks lines at `width` columns; every line starts with `indent` spaces.
std::string wrap(const std::string& text, std::size_t indent, std::size_t width = 80);

}  // namespace nlp::cli
