#include "cli/app.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <system_error>

#include "base/error.hpp"
#include "base/nearest.hpp"
#include "cli/help.hpp"
#include "cli/output_file.hpp"
#include "cli/signals.hpp"
#include "dnn/version.hpp"

namespace nlp::cli {
namespace {
void print(std::string_view text) {
  OutputFile out("");
  out.write(text);
  out.commit();
}

// The option most like one that does not exist, if it is like it at all.
std::string suggestion(const std::string& given, const CLI::App& app) {
  const std::string name = given.substr(0, given.find('='));
  std::vector<std::string> names;
  for (const auto& option : options_of(app))
    for (const auto& known : option.names) names.push_back(known);
  const std::vector<std::string_view> views(names.begin(), names.end());
  const auto best = nearest(name, views, 1);
  if (best.empty() || edit_distance(name, best.front()) > 1 + name.size() / 4) return "";
  return fmt::format("; did you mean {}?", best.front());
}

bool is_environment_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

bool may_color(const std::string& when, int descriptor) {
  if (when != "auto") return when == "always";
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal != nullptr && std::string_view(terminal) == "dumb";
  return !is_environment_set("NO_COLOR") && !dumb && ::isatty(descriptor) == 1;
}

// A thread for whose stack there is no room is out of memory, too.
bool is_out_of_memory(const std::exception& error) {
  const auto* system = dynamic_cast<const std::system_error*>(&error);
  return dynamic_cast<const std::bad_alloc*>(&error) != nullptr ||
         (system != nullptr && (system->code() == std::errc::resource_unavailable_try_again ||
                                system->code() == std::errc::not_enough_memory));
}

// Where stdin, stdout or stderr is closed, the next file that is opened would take its place.  What
// stands there then can only fail, as the closed one would.
void fill_closed_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF)
      ::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}
}  // namespace

App::App(const std::string& name)
    : command_(name),
      app_(std::make_unique<CLI::App>("", name == "nlp" ? name : "nlp " + name)),
      messages_(page_name(name)) {
  app_->set_help_flag("-h,--help", "Print this help")->group("General");
  app_->set_version_flag("--version", version_text,
                         "Print the version, oneDNN's and the instruction set")
      ->group("General");
  add_flag("-q,--quiet", messages_.quiet, "No warnings, no progress")->group("General");
  add_flag("-v,--verbose", messages_.verbose, "Tell more on stderr")->group("General");
  add_choice("--color", color_, {"auto", "always", "never"}, "When to use colours")
      ->group("General");
  add_choice("--progress", messages_.progress, {"auto", "always", "never"},
             "When to show progress on stderr")
      ->group("General");
}

App::~App() = default;

Option* App::keep(CLI::Option* option) { return &options_.emplace_back(*option); }

template <class Value>
Option* App::add_option(const std::string& names, Value& value, const std::string& description) {
  CLI::Option* option = app_->add_option(names, value, description);
  // Else an option that may be given again would swallow the FILE behind it.
  if (names.front() == '-') option->allow_extra_args(false);
  return keep(option);
}
template Option* App::add_option(const std::string&, std::string&, const std::string&);
template Option* App::add_option(const std::string&, int&, const std::string&);
template Option* App::add_option(const std::string&, std::int64_t&, const std::string&);
template Option* App::add_option(const std::string&, std::uint64_t&, const std::string&);
template Option* App::add_option(const std::string&, double&, const std::string&);
template Option* App::add_option(const std::string&, std::optional<std::string>&,
                                 const std::string&);
template Option* App::add_option(const std::string&, std::optional<std::int64_t>&,
                                 const std::string&);
template Option* App::add_option(const std::string&, std::vector<std::int64_t>&,
                                 const std::string&);
template Option* App::add_option(const std::string&, std::vector<std::string>&, const std::string&);

Option* App::add_option(const std::string& names, std::function<void(const std::string&)> take,
                        const std::string& description) {
  return keep(app_->add_option_function<std::string>(names, std::move(take), description));
}

Option* App::add_flag(const std::string& names, bool& value, const std::string& description) {
  return keep(app_->add_flag(names, value, description));
}

Option* App::add_flag(const std::string& names, std::optional<bool>& value,
                      const std::string& description) {
  return keep(app_->add_flag_function(
      names, [&value](std::int64_t count) { value = count > 0; }, description));
}

Option* App::add_choice(const std::string& names, std::string& value,
                        const std::vector<std::string>& words, const std::string& description) {
  Option* option = add_option(names, value, description);
  restrict(option, words);
  return option->default_str(value);
}

void App::restrict(Option* option, const std::vector<std::string>& words) {
  option->type_name(fmt::format("{}", fmt::join(words, "|")));
  option->check([words](const std::string& given) -> std::string {
    for (const auto& word : words)
      if (word == given) return "";
    return fmt::format("`{}` is none of {}", given, fmt::join(words, ", "));
  });
}

bool App::color() const { return may_color(color_, STDOUT_FILENO); }

bool App::answer_hidden(int argc, char** argv) {
  const std::string_view asked = argc == 2 ? argv[1] : "";
  if (asked == "--help-man") {
    print(man_page(manual(command_), options_of(*app_)));
  } else if (asked == "--help-options") {
    print(options_json(manual(command_), options_of(*app_)));
  } else {
    return false;
  }
  return true;
}

bool App::parse_arguments(int argc, char** argv) {
  if (answer_hidden(argc, argv)) return false;
  try {
    app_->parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    print(help_text(manual(command_), options_of(*app_)));
    return false;
  } catch (const CLI::CallForVersion&) {
    print(version_text());
    return false;
  } catch (const CLI::ExtrasError&) {
    const std::string given = app_->remaining().empty() ? "" : app_->remaining().front();
    throw Error(Kind::usage, fmt::format("{}: no such {}{}", given,
                                         given.rfind('-', 0) == 0 ? "option" : "argument",
                                         suggestion(given, *app_)));
  } catch (const CLI::ParseError& error) {
    throw Error(Kind::usage, error.what());
  }
  messages_.color = may_color(color_, STDERR_FILENO);
  for (const auto& check : checks_) check();
  return true;
}

std::string version_text() {
  return fmt::format("nlp {}\noneDNN {}\ninstruction set: {}\n", NLP_VERSION, dnn::version_string(),
                     dnn::isa_name());
}

int exit_code(const std::exception& error) {
  if (const auto* own = dynamic_cast<const Error*>(&error)) {
    switch (own->kind()) {
      case Kind::usage:
        return 2;
      case Kind::data:
        return 3;
      case Kind::model:
        return 4;
      case Kind::network:
        return 5;
      case Kind::memory:
        return 6;
      case Kind::io:
      case Kind::internal:
        return 1;
    }
  }
  return is_out_of_memory(error) ? 6 : 1;
}

int App::run(int argc, char** argv, const std::function<void()>& body) {
  fill_closed_descriptors();
  handle_signals();
  try {
    if (parse_arguments(argc, argv)) body();
    return 0;
  } catch (const ClosedPipe&) {
    return 0;
  } catch (const Signalled& signalled) {
    return 128 + signalled.signal;
  } catch (const NothingToRead&) {
    std::fputs(short_help(manual(command_), options_of(*app_)).c_str(), stderr);
    return 2;
  } catch (const Error& error) {
    const std::string hint = error.kind() == Kind::usage
                                 ? fmt::format("; see {} --help", app_->get_name())
                                 : std::string();
    messages_.error(error.what() + hint);
    return exit_code(error);
  } catch (const std::exception& error) {
    messages_.error(is_out_of_memory(error)
                        ? "out of memory; allow more, or lower --threads or --batch-tokens"
                        : error.what());
    return exit_code(error);
  }
}

}  // namespace nlp::cli
