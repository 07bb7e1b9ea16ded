// Scripts that make shells complete commands, options and their values.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace nlp::cli {

struct CommandInfo {
  struct Option {
    std::vector<std::string> names;    // none for the positional
    std::string argument;              // empty for a flag; "FILE", "DIR", "N"
    std::vector<std::string> choices;  // of the argument
    std::string description;
  };
  std::string name, summary;  // "model", or "model convert" for a command of a command
  std::vector<Option> options;

  bool is_sub() const { return name.find(' ') != std::string::npos; }
};

// From what `nlp-NAME --help-options` prints.  Throws Error{data}.
CommandInfo parse_command_info(const std::string& json);

// Commands that can be found and were built with this program: a user's own may not know
// --help-options.
std::vector<std::string> known_commands();

// `shell`: bash, zsh or fish.
std::string completion_script(std::string_view shell, const std::vector<CommandInfo>& commands);

}  // namespace nlp::cli
