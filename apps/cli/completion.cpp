#include "cli/completion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/json.hpp"
#include "cli/commands.hpp"
#include "cli/manual.hpp"

namespace nlp::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

// The name of a model, or its directory.
bool takes_model(const CommandInfo::Option& option) {
  return option.argument == "MODEL" || option.argument == "MODEL...";
}

bool takes_file(const CommandInfo::Option& option) {
  return option.argument.find("FILE") != std::string::npos || option.argument == "DIR" ||
         takes_model(option);
}

// Prints the names that -m knows, a line each.
constexpr std::string_view kModelNames = "nlp model list -f names 2>/dev/null";

std::string names_of(const std::vector<CommandInfo>& commands) {
  std::vector<std::string> names;
  for (const auto& command : commands)
    if (!command.is_sub()) names.push_back(command.name);
  return joined(names);
}

// As one word: "model-convert".
std::string key_of(const CommandInfo& command) {
  std::string key = command.name;
  std::replace(key.begin(), key.end(), ' ', '-');
  return key;
}

// A shell's pattern of the commands that have commands: "model|train"; empty: there are none.
std::string parents_of(const std::vector<CommandInfo>& commands) {
  std::vector<std::string> parents;
  for (const auto& command : commands) {
    const std::string parent = command.name.substr(0, command.name.find(' '));
    if (command.is_sub() && (parents.empty() || parents.back() != parent))
      parents.push_back(parent);
  }
  return fmt::format("{}", fmt::join(parents, "|"));
}

// The commands of a command.
std::vector<CommandInfo> subs_of(const CommandInfo& parent,
                                 const std::vector<CommandInfo>& commands) {
  std::vector<CommandInfo> subs;
  for (const auto& command : commands)
    if (command.name.starts_with(parent.name + " ")) subs.push_back(command);
  return subs;
}

std::string own_name(const CommandInfo& command) {
  return command.name.substr(command.name.find(' ') + 1);
}

// In single quotes for a shell.
std::string in_quotes(std::string_view text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::string bash_script(const std::vector<CommandInfo>& commands) {
  std::string script =
      "# Completions of nlp for bash.\n_nlp() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  local command=${COMP_WORDS[1]} words= models=\n  COMPREPLY=()\n";
  script += fmt::format(
      "  if [ \"$COMP_CWORD\" = 1 ]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W '{} help --help --version' -- \"$word\")\n"
      "    return\n  fi\n"
      "  if [ \"$command\" = help ]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W '{}' -- \"$word\")\n    return\n  fi\n",
      names_of(commands), names_of(commands));
  if (const auto parents = parents_of(commands); !parents.empty())
    script += fmt::format(
        "  case $command in\n"
        "    {}) if [ \"$COMP_CWORD\" -gt 2 ]; then command=$command-${{COMP_WORDS[2]}}; fi ;;\n"
        "  esac\n",
        parents);
  script += "  case $command:$before in\n";
  for (const auto& command : commands)
    for (const auto& option : command.options) {
      if (option.names.empty() || option.argument.empty()) continue;
      std::vector<std::string> patterns;
      for (const auto& name : option.names) patterns.push_back(key_of(command) + ":" + name);
      script += fmt::format("    {})", fmt::join(patterns, "|"));
      if (!option.choices.empty())
        script += fmt::format(" words='{}' ;;\n", joined(option.choices));
      else if (takes_model(option))
        script += " models=1 ;;\n";
      else if (takes_file(option))
        script += " mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); return ;;\n";
      else
        script += " return ;;\n";
    }
  // What a command of models works on is one, too, unless an option begins.
  std::vector<std::string> on_models;
  for (const auto& command : commands)
    for (const auto& option : command.options)
      if (option.names.empty() && takes_model(option)) on_models.push_back(key_of(command));
  script += "  esac\n";
  if (!on_models.empty())
    script +=
        fmt::format("  case $words$command:$word in\n    *:-*) ;;\n    {}) models=1 ;;\n  esac\n",
                    fmt::format("{}:*", fmt::join(on_models, ":*|")));
  script += fmt::format(
      "  if [ -n \"$models\" ]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -f -- \"$word\"\n"
      "      compgen -W \"$({})\" -- \"$word\")\n    return\n  fi\n",
      kModelNames);
  script += "  if [ -z \"$words\" ]; then\n    case $command in\n";
  for (const auto& command : commands) {
    std::vector<std::string> words;
    std::string positional;
    for (const auto& option : command.options) {
      words.insert(words.end(), option.names.begin(), option.names.end());
      if (option.names.empty() && !option.choices.empty())
        positional = joined(option.choices) + " ";
    }
    script +=
        fmt::format("      {}) words='{}{}' ;;\n", key_of(command), positional, joined(words));
  }
  return script +
         "    esac\n    if [ \"${word:0:1}\" != - ]; then\n"
         "      mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n    fi\n  fi\n"
         "  mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
         "}\ncomplete -o filenames -F _nlp nlp\n";
}

// A text inside of the brackets of zsh's _arguments.
std::string zsh_text(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string zsh_action(const CommandInfo::Option& option) {
  if (!option.choices.empty()) return fmt::format("({})", joined(option.choices));
  if (takes_model(option)) return "_nlp_models";
  return takes_file(option) ? "_files" : " ";
}

// What stands at a place of words, each with its meaning.
std::string zsh_described(const std::vector<CommandInfo>& commands) {
  std::string action = "((";
  for (const auto& command : commands) {
    if (action.size() > 2) action += ' ';
    action.append(own_name(command)).append("\\:");
    for (const char c : command.summary) {
      if (std::isalnum(static_cast<unsigned char>(c)) == 0) action += '\\';
      action += c;
    }
  }
  return action + "))";
}

std::string zsh_script(const std::vector<CommandInfo>& commands) {
  std::string script = "#compdef nlp\n# Completions of nlp for zsh.\n";
  script +=
      fmt::format("_nlp_models() {{\n  compadd -- ${{(f)\"$({})\"}}\n  _files\n}}\n", kModelNames);
  script += "_nlp() {\n  local -a commands\n  commands=(\n";
  for (const auto& command : commands)
    if (!command.is_sub())
      script += "    " + in_quotes(command.name + ":" + command.summary) + "\n";
  script +=
      "    'help:show the manual of a command'\n  )\n"
      "  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n"
      "  local command=$words[2]\n  shift words\n  (( CURRENT-- ))\n";
  if (const auto parents = parents_of(commands); !parents.empty())
    script += fmt::format(
        "  case $command in\n"
        "    {}) if (( CURRENT > 2 )); then\n"
        "      command=$command-$words[2]\n      shift words\n      (( CURRENT-- ))\n    fi ;;\n"
        "  esac\n",
        parents);
  script +=
      "  case $command in\n"
      "    help) _describe command commands ;;\n";
  for (const auto& command : commands) {
    script += fmt::format("    {})\n      _arguments -s", key_of(command));
    const auto subs = subs_of(command, commands);
    for (const auto& option : command.options) {
      if (option.names.empty()) {
        script += " \\\n        " +
                  in_quotes(fmt::format("*:{}:{}", zsh_text(option.argument),
                                        subs.empty() ? zsh_action(option) : zsh_described(subs)));
        continue;
      }
      for (const auto& name : option.names) {
        const std::string others =
            option.names.size() > 1 ? fmt::format("({})", joined(option.names)) : "";
        std::string spec = fmt::format("{}{}[{}]", others, name, zsh_text(option.description));
        if (!option.argument.empty())
          spec += fmt::format(":{}:{}", zsh_text(option.argument), zsh_action(option));
        script += " \\\n        " + in_quotes(spec);
      }
    }
    script += "\n      ;;\n";
  }
  return script + "  esac\n}\n_nlp \"$@\"\n";
}

std::string fish_script(const std::vector<CommandInfo>& commands) {
  std::string script =
      "# Completions of nlp for fish.\n"
      "function __nlp_at --description 'Whether nlp is followed by these words'\n"
      "  set -l words (commandline -opc)\n"
      "  for word in $argv\n"
      "    set -e words[1]\n"
      "    test \"$words[1]\" = $word; or return 1\n"
      "  end\n"
      "end\n"
      "function __nlp_ends_at --description 'Whether these are all words so far'\n"
      "  test (count (commandline -opc)) -eq (math (count $argv) + 1); and __nlp_at $argv\n"
      "end\n";
  const auto line = [&](std::string_view where, const std::string& what, std::string_view means) {
    script += fmt::format("complete -c nlp -n '{}' {} -d {}\n", where, what, in_quotes(means));
  };
  line("__nlp_ends_at", "-f -a help", "show the manual of a command");
  for (const auto& command : commands) {
    if (!command.is_sub())
      for (const char* before : {"__nlp_ends_at", "__nlp_ends_at help"})
        line(before, "-f -a " + command.name, command.summary);
    const auto subs = subs_of(command, commands);
    for (const auto& sub : subs)
      line("__nlp_ends_at " + command.name, "-f -a " + own_name(sub), sub.summary);
    for (const auto& option : command.options) {
      if (option.names.empty() &&
          (!subs.empty() || (option.choices.empty() && !takes_model(option))))
        continue;
      std::string what;  // a positional of files needs no word: fish offers them
      for (const auto& name : option.names)
        what += fmt::format("{}{} ", name.starts_with("--") ? "-l " : "-s ",
                            name.substr(name.starts_with("--") ? 2 : 1));
      if (!option.choices.empty())
        what += fmt::format("-x -a '{}'", joined(option.choices));
      else if (!option.names.empty() && !option.argument.empty())
        what += takes_file(option) ? "-r -F" : "-x";
      if (takes_model(option)) what += fmt::format(" -a '({})'", kModelNames);
      line("__nlp_at " + command.name, what, option.description);
    }
  }
  return script;
}

}  // namespace

CommandInfo parse_command_info(const std::string& json) {
  const Json value = parse_json(json, "--help-options", false);
  CommandInfo command{value.at("command"), value.at("summary"), {}};
  for (const Json& option : value.at("options"))
    command.options.push_back({option.at("names"), option.at("argument"), option.at("choices"),
                               option.at("description")});
  return command;
}

std::vector<std::string> known_commands() {
  std::vector<std::string> known;
  for (const auto name : command_names())
    if (!find_command(std::string(name)).empty()) known.emplace_back(name);
  return known;
}

std::string completion_script(std::string_view shell, const std::vector<CommandInfo>& commands) {
  return shell == "bash"  ? bash_script(commands)
         : shell == "zsh" ? zsh_script(commands)
                          : fish_script(commands);
}

}  // namespace nlp::cli
