// nlp - the driver: runs the program behind each command.  Manual: man/nlp.txt
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/nearest.hpp"
#include "cli/app.hpp"
#include "cli/commands.hpp"
#include "cli/help.hpp"
#include "cli/manual.hpp"
#include "cli/model_store.hpp"
#include "cli/output_file.hpp"
#include "cli/process.hpp"

namespace {
namespace cli = nlp::cli;
namespace fs = std::filesystem;
using nlp::Error;
using nlp::Kind;

// Threads that compute one text together wait for each other hundreds of times.  OpenMP's way, to
// spin for milliseconds, takes ten times longer than one thread alone where the machine is busy.
// It is read before a program's main: so it is set here, unless the user has.
void wait_patiently() {
  if (!cli::environment(cli::kWaitPolicy)) ::setenv(cli::kSpinCount, "2000", 0);
}

// Becomes another program.
[[noreturn]] void become(const fs::path& program, std::vector<std::string> arguments) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  throw Error(Kind::io,
              fmt::format("{}: cannot be run ({})", program.string(), std::strerror(errno)));
}

fs::path program_of(const std::string& command) {
  const fs::path program = cli::find_command(command);
  if (!program.empty()) return program;
  auto known = cli::found_commands();
  known.push_back("help");
  const std::vector<std::string_view> names(known.begin(), known.end());
  const auto near = nlp::nearest(command, names, 1);
  const bool alike =
      !near.empty() && nlp::edit_distance(command, near.front()) <= 1 + command.size() / 3;
  throw Error(Kind::usage,
              fmt::format("{}: no such command{}", command,
                          alike ? fmt::format("; did you mean {}?", near.front()) : ""));
}

// Becomes the program that shows a page, if there are both and stdout is a terminal.
void show_page(int section, const std::string& name) {
  const fs::path page = cli::program_directory().parent_path() / "share" / "man" /
                        fmt::format("man{}", section) / fmt::format("{}.{}", name, section);
  std::error_code ignored;
  if (!fs::exists(page, ignored) || ::isatty(STDOUT_FILENO) != 1) return;
  for (const char* man : {"/usr/bin/man", "/usr/local/bin/man", "/usr/bin/mandoc"})
    if (::access(man, X_OK) == 0) become(man, {fs::path(man).filename(), page});
}

// `help tutorial`, a page of section 7, or its text.  Whether there is such a guide.
bool show_guide(const std::vector<std::string>& arguments) {
  const bool roff = arguments.size() == 2 && arguments[1] == "--help-man";  // for the build
  if (arguments.size() != 1 && !roff) return false;
  const auto guide = cli::guide(arguments[0]);
  if (!guide) return false;
  if (!roff) show_page(7, cli::page_name(guide->name));
  cli::OutputFile out("");
  out.write(roff ? cli::guide_page(*guide) : cli::guide_text(*guide));
  out.commit();
  return true;
}

// The manual page of a command (`model`, `model convert`), or its help where there is no page or
// nothing to show it.
[[noreturn]] void show_manual(std::vector<std::string> command) {
  const std::string name =
      cli::page_name(command.empty() ? "nlp" : fmt::format("{}", fmt::join(command, " ")));
  const fs::path program =
      command.empty() ? cli::program_directory() / "nlp" : program_of(command.front());
  show_page(1, name);
  if (command.empty()) command.emplace_back();
  command.front() = program.filename();
  command.emplace_back("--help");
  become(program, std::move(command));
}

// What `help` is asked for: `train mlm` may be called train-mlm or nlp-train-mlm, as pages name it.
std::vector<std::string> page_words(std::vector<std::string> words) {
  if (words.size() != 1) return words;
  std::string name = words.front();
  if (name == "nlp") return {};
  if (name.starts_with("nlp-")) name.erase(0, 4);
  const std::size_t dash = std::min(name.find('-'), name.size());
  const std::string parent = name.substr(0, dash);
  for (const std::string_view sub : cli::sub_command_names(parent))
    if (name.size() > dash && name.substr(dash + 1) == sub) return {parent, std::string(sub)};
  return {name};
}
}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool is_command =
      !arguments.empty() && !arguments.front().empty() && arguments.front().front() != '-';
  cli::App app("nlp");
  if (!is_command && !arguments.empty())
    return app.run(argc, argv, [] { throw cli::NothingToRead(); });
  return app.run(1, argv, [&] {
    if (arguments.empty()) throw cli::NothingToRead();
    const std::string command = arguments.front();
    if (command == "help") {
      arguments.erase(arguments.begin());
      arguments = page_words(std::move(arguments));
      if (show_guide(arguments)) return;
      show_manual(std::move(arguments));
    }
    const fs::path program = program_of(command);
    arguments.front() = program.filename();
    wait_patiently();
    become(program, std::move(arguments));
  });
}
