// A command: its options, its help, its messages and its exit code.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/messages.hpp"
#include "cli/option.hpp"

namespace CLI {
class App;
}

namespace nlp::cli {

// What is added shows in --help, the man page and the shells' completions.  `names` as in CLI11:
// "-k,--top"; a name without hyphens is what the command works on (FILE ...).
class App {
 public:
  // `name` is the command (`fill-mask`, `model convert`); its texts come from man/NAME.txt, with a
  // hyphen for the space.
  explicit App(const std::string& name);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // An option with a value, which is read into `value`: a number, a string, a path, an optional of
  // these; of a vector each use of the option adds one (or several with a delimiter).
  template <class Value>
  Option* add_option(const std::string& names, Value& value, const std::string& description);
  // The same, handed over.
  Option* add_option(const std::string& names, std::function<void(const std::string&)> take,
                     const std::string& description);

  // An option without a value.
  Option* add_flag(const std::string& names, bool& value, const std::string& description);
  // A flag and its contrary: "--normalize,!--no-normalize"; absent where neither is given.
  Option* add_flag(const std::string& names, std::optional<bool>& value,
                   const std::string& description);

  // An option that takes one of several words.  `value` is the default.
  template <class Value>
  Option* add_choice(const std::string& names, Value& value,
                     std::vector<std::pair<std::string, Value>> choices,
                     const std::string& description) {
    std::vector<std::string> words;
    std::string standard;
    for (const auto& [word, meaning] : choices) {
      words.push_back(word);
      if (meaning == value) standard = word;
    }
    Option* option = add_option(
        names,
        [choices = std::move(choices), &value](const std::string& given) {
          for (const auto& [word, meaning] : choices)
            if (word == given) value = meaning;
        },
        description);
    restrict(option, words);
    return option->default_str(standard);
  }
  // The same where the word itself is the value.
  Option* add_choice(const std::string& names, std::string& value,
                     const std::vector<std::string>& words, const std::string& description);

  // Called after parsing and before the body, in the order they were added: where an option group
  // checks what CLI11 cannot.  Throws Error{usage}.
  void after_parse(std::function<void()> check) { checks_.push_back(std::move(check)); }

  // Parses, runs `body`, and tells what the command exits with:
  //   0 ok, or the reader of stdout left early; 1 the system refused, or a bug; 2 usage; 3 input
  //   data; 4 model; 5 network; 6 memory.
  // Errors are printed as `nlp-NAME: message`.  --help, --version and the hidden --help-man and
  // --help-options are answered here.
  int run(int argc, char** argv, const std::function<void()>& body);

  const std::string& command() const { return command_; }  // "fill-mask"
  const Messages& messages() const { return messages_; }

  // Whether what goes to stdout may be coloured: --color, NO_COLOR, TERM, a terminal.
  bool color() const;

 private:
  static void restrict(Option* option, const std::vector<std::string>& words);
  Option* keep(CLI::Option* option);
  bool answer_hidden(int argc, char** argv);    // whether it was asked for
  bool parse_arguments(int argc, char** argv);  // whether the body is still to run

  std::string command_;
  std::unique_ptr<CLI::App> app_;
  std::deque<Option> options_;
  Messages messages_;
  std::string color_ = "auto";
  std::vector<std::function<void()>> checks_;
};

// Thrown where stdin is a terminal and no FILE is given: short help on stderr, exit 2.
struct NothingToRead {};

// What a command exits with that an error ends.
int exit_code(const std::exception& error);

// "nlp 0.1.0", oneDNN's version and the instruction set in use, a line each.
std::string version_text();

}  // namespace nlp::cli
