#include "cli/help.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "cli/value_writer.hpp"

namespace nlp::cli {
namespace {
constexpr std::size_t kColumn = 30;  // where descriptions start

OptionInfo info_of(const CLI::Option& option) {
  OptionInfo info;
  for (const auto& name : option.get_snames()) info.names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) info.names.push_back("--" + name);
  info.group = option.get_group();
  info.description = option.get_description();
  info.standard = option.get_default_str();
  if (option.get_items_expected_max() == 0) {
    info.standard.clear();
    return info;
  }
  const std::string type = option.get_type_name();
  info.argument = type.substr(0, type.find(':'));
  // Choices are words, "text|jsonl"; other arguments stand in capitals.
  const bool one =
      info.argument.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  if (one || info.argument.find('|') != std::string::npos) {
    std::istringstream words(info.argument);
    for (std::string word; std::getline(words, word, '|');) info.choices.push_back(word);
  }
  return info;
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  return fmt::format("{}", fmt::join(words, between));
}

std::string left_column(const OptionInfo& option) {
  // Long names line up behind short ones.
  const bool only_long = !option.names.empty() && option.names.front().rfind("--", 0) == 0;
  return (only_long ? "      " : "  ") + joined(option.names, ", ") +
         (option.argument.empty() ? "" : " " + option.argument);
}

std::string described(const OptionInfo& option) {
  return option.description +
         (option.standard.empty() ? "" : fmt::format(" [default: {}]", option.standard));
}

std::string files_of(const std::vector<OptionInfo>& options) {
  std::string text;
  for (const auto& option : options)
    if (option.names.empty() && !option.argument.empty()) text += " " + option.argument;
  return text;
}

std::string shown_name(const Manual& manual) {
  return manual.name == "nlp" ? "nlp" : "nlp " + manual.name;
}
std::string usage(const Manual& manual, const std::vector<OptionInfo>& options) {
  if (manual.name == "nlp") return "\nUsage: nlp COMMAND [OPTIONS] [FILE...]\n";
  if (!sub_command_names(manual.name).empty())
    return fmt::format("\nUsage: nlp {} COMMAND [OPTIONS]\n", manual.name);
  return fmt::format("\nUsage: nlp {} [OPTIONS]{}\n", manual.name, files_of(options));
}

// What the help of the driver lists, and of a command that has commands.
std::string commands_of(const Manual& about) {
  const auto own = sub_command_names(about.name);
  if (about.name != "nlp" && own.empty()) return "";
  std::string text = "\nCommands:\n";
  for (const auto name : own)
    text +=
        fmt::format("  {:<14}{}\n", name, manual(fmt::format("{} {}", about.name, name)).summary);
  if (!own.empty()) return text;
  for (const auto name : command_names())
    text += fmt::format("  {:<14}{}\n", name, manual(name).summary);
  return text + fmt::format("  {:<14}{}\n", "help COMMAND", "show the manual of a command");
}
}  // namespace

std::vector<OptionInfo> options_of(const CLI::App& app) {
  std::vector<std::string> groups = app.get_groups();
  const auto rank = [](const std::string& group) {
    return group == "Options" ? 0 : group == "General" ? 2 : 1;
  };
  std::stable_sort(groups.begin(), groups.end(),
                   [&](const auto& left, const auto& right) { return rank(left) < rank(right); });
  std::vector<OptionInfo> options;
  for (const auto& group : groups)
    for (const CLI::Option* option :
         app.get_options([&](const CLI::Option* each) { return each->get_group() == group; }))
      if (!group.empty()) options.push_back(info_of(*option));
  return options;
}

std::string wrap(const std::string& text, std::size_t indent, std::size_t width) {
  std::istringstream words(text);
  std::string lines, line;
  for (std::string word; words >> word;) {
    if (!line.empty() && indent + line.size() + 1 + word.size() > width) {
      lines += std::string(indent, ' ') + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return line.empty() ? lines : lines + std::string(indent, ' ') + line + "\n";
}

std::string help_text(const Manual& manual, const std::vector<OptionInfo>& options) {
  std::string text = fmt::format("{} - {}\n", shown_name(manual), manual.summary);
  if (const auto* examples = manual.section("EXAMPLES")) {
    text += "\nExamples:\n";
    for (const auto& paragraph : examples->paragraphs)
      text += is_indented(paragraph) ? paragraph + "\n" : wrap(paragraph, 2);
  }
  text += usage(manual, options) + commands_of(manual);
  std::string group;
  for (const auto& option : options) {
    if (option.group != group) text += fmt::format("\n{}:\n", group = option.group);
    std::string left = option.names.empty() ? "  " + option.argument : left_column(option);
    if (left.size() + 2 > kColumn) {
      text += left + "\n";
      left.clear();
    }
    std::string right = wrap(described(option), kColumn);
    right.replace(0, std::min(left.size(), right.size()), left);
    text += right;
  }
  return text + fmt::format("\nMore: nlp help{}\n", manual.name == "nlp" ? "" : " " + manual.name);
}

std::string short_help(const Manual& manual, const std::vector<OptionInfo>& options) {
  std::string text = fmt::format("{} - {}", shown_name(manual), manual.summary);
  text += usage(manual, options);
  if (const auto* examples = manual.section("EXAMPLES"))
    for (const auto& paragraph : examples->paragraphs)
      if (is_indented(paragraph)) {
        text += "Example:\n" + paragraph + "\n";
        break;
      }
  const bool reads = commands_of(manual).empty();
  return text + fmt::format("{} {} --help\n",
                            reads ? "Nothing to read: name a FILE, pipe text in, or see" : "See",
                            shown_name(manual));
}

std::string options_json(const Manual& manual, const std::vector<OptionInfo>& options) {
  std::string text;
  ValueWriter writer(Wire::json, text);
  writer.object().put("command", manual.name).put("summary", manual.summary);
  writer.key("options").array();
  for (const auto& option : options) {
    writer.object().put("names", option.names).put("argument", option.argument);
    writer.put("choices", option.choices).put("description", option.description).end();
  }
  writer.end().end();
  return text + "\n";
}

}  // namespace nlp::cli
