#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "cli/help.hpp"

namespace nlp::cli {
namespace {
// Text as roff shows it letter by letter.
std::string literal(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '\\':
        escaped += "\\e";
        break;
      case '-':
        escaped += "\\-";
        break;
      case '\'':
        escaped += "\\(aq";
        break;
      case '`':
        escaped += "\\(ga";
        break;
      case '^':
        escaped += "\\(ha";
        break;
      case '~':
        escaped += "\\(ti";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}
// A line of running text: no request at its start.
std::string line_of(std::string_view text) {
  const std::string escaped = literal(text);
  return (escaped.rfind('.', 0) == 0 ? "\\&" : "") + escaped + "\n";
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

std::string paragraphs_of(const Manual::Section& section) {
  std::string page = fmt::format(".SH {}\n", section.title);
  bool first = true;
  for (const auto& paragraph : section.paragraphs) {
    const bool indented = is_indented(paragraph);
    page += indented ? ".PP\n.RS 4\n.nf\n" : first ? "" : ".PP\n";
    std::istringstream lines(paragraph);
    for (std::string line; std::getline(lines, line);)
      page += line_of(indented ? line.substr(std::min<std::size_t>(4, line.find_first_not_of(' ')))
                               : line);
    page += indented ? ".fi\n.RE\n" : "";
    first = false;
  }
  return page;
}

std::string option_entry(const OptionInfo& option) {
  std::string names;
  for (const auto& name : option.names)
    names += fmt::format("{}\\fB{}\\fR", names.empty() ? "" : ", ", literal(name));
  if (!option.argument.empty())
    names += fmt::format("{}\\fI{}\\fR", names.empty() ? "" : " ", literal(option.argument));
  std::string entry = ".TP\n" + names + "\n" + line_of(option.description);
  if (!option.standard.empty()) entry += line_of("Default: " + option.standard + ".");
  return entry;
}

constexpr std::pair<int, std::string_view> kExits[] = {
    {0, "All went well, or the reader of standard output left early."},
    {1, "The system refused to write, or a bug."},
    {2, "The command line is wrong."},
    {3, "The input is wrong; the message names file and line."},
    {4, "The model is missing, broken, or lacks what was asked for."},
    {5, "The network failed."},
    {6, "Not enough memory."},
    {130, "Interrupted."},
};
constexpr std::pair<std::string_view, std::string_view> kEnvironment[] = {
    {"NLP_MODEL", "The model where \\fB\\-m\\fR is not given."},
    {"HF_HOME, HF_HUB_CACHE", "Where the model store lies."},
    {"NLP_CACHE", "Where packed weights are kept, in place of ~/.cache/nlp."},
    {"NO_COLOR", "Not empty: no colours."},
};
}  // namespace

std::string guide_text(const Manual& guide) {
  std::string text = fmt::format("{} - {}\n", page_name(guide.name), guide.summary);
  for (const auto& section : guide.sections) {
    if (section.title != "DESCRIPTION") text += fmt::format("\n{}\n", section.title);
    for (const auto& paragraph : section.paragraphs) text += "\n" + paragraph + "\n";
  }
  return text;
}

std::string guide_page(const Manual& guide) {
  const std::string title = page_name(guide.name);
  std::string page =
      fmt::format(".TH {} 7 \"\" \"nlp {}\" \"nlp manual\"\n", upper(title), NLP_VERSION);
  page += fmt::format(".SH NAME\n{} \\- {}\n", literal(title), literal(guide.summary));
  for (const auto& section : guide.sections) page += paragraphs_of(section);
  return page;
}

std::string man_page(const Manual& manual, const std::vector<OptionInfo>& options) {
  const bool driver = manual.name == "nlp";
  const std::string title = page_name(manual.name);
  std::string page =
      fmt::format(".TH {} 1 \"\" \"nlp {}\" \"nlp manual\"\n", upper(title), NLP_VERSION);
  page += fmt::format(".SH NAME\n{} \\- {}\n", literal(title), literal(manual.summary));
  page += fmt::format(".SH SYNOPSIS\n\\fB{}\\fR ",
                      driver ? "nlp" : fmt::format("nlp {}", literal(manual.name)));
  if (driver) {
    page += "\\fICOMMAND\\fR [\\fIOPTIONS\\fR] [\\fIFILE\\fR...]\n";
  } else if (!sub_command_names(manual.name).empty()) {
    page += "\\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n";
  } else {
    page += "[\\fIOPTIONS\\fR]";
    for (const auto& option : options)
      if (option.names.empty()) page += fmt::format(" \\fI{}\\fR", literal(option.argument));
    page += "\n";
  }
  for (const auto& section : manual.sections)
    if (section.title != "EXAMPLES" && section.title != "SEE ALSO") page += paragraphs_of(section);
  if (const auto own = sub_command_names(manual.name); !own.empty()) {
    page += ".SH COMMANDS\n";
    for (const auto name : own) {
      const std::string whole = fmt::format("{} {}", manual.name, name);
      page += fmt::format(".TP\n\\fB{}\\fR\n{}\\fB{}\\fR(1)\n", literal(name),
                          line_of(cli::manual(whole).summary + "; see"), literal(page_name(whole)));
    }
  }
  page += ".SH OPTIONS\n";
  std::string group;
  for (const auto& option : options) {
    if (option.group != group) page += fmt::format(".SS {}\n", literal(group = option.group));
    page += option_entry(option);
  }
  if (const auto* examples = manual.section("EXAMPLES")) page += paragraphs_of(*examples);
  page += ".SH EXIT STATUS\n";
  for (const auto& [code, meaning] : kExits)
    page += fmt::format(".TP\n\\fB{}\\fR\n{}\n", code, meaning);
  page += ".SH ENVIRONMENT\n";
  for (const auto& [names, meaning] : kEnvironment)
    page += fmt::format(".TP\n\\fB{}\\fR\n{}\n", names, meaning);
  if (const auto* also = manual.section("SEE ALSO")) {
    page += paragraphs_of(*also);
  } else if (!driver) {
    page += ".SH SEE ALSO\n\\fBnlp\\fR(1)\n";
  }
  return page;
}

}  // namespace nlp::cli
