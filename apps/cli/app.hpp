// A command: its options, its help, its messages and its exit code.
#pragma once
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/messages.hpp"

namespace nlp::cli {

// Options are added as to any CLI::App; what is added shows in --help, the man page and the shells'
// completions.
class App : public CLI::App {
 public:
  // `name` is the command (`fill-mask`, `model convert`); its texts come from man/NAME.txt, with a
  // hyphen for the space.
  explicit App(const std::string& name);

  // An option that takes one of several words.  `value` is the default.
  template <class Value>
  CLI::Option* add_choice(const std::string& names, Value& value,
                          std::vector<std::pair<std::string, Value>> choices,
                          const std::string& description) {
    std::vector<std::string> words;
    std::string standard;
    for (const auto& [word, meaning] : choices) {
      words.push_back(word);
      if (meaning == value) standard = word;
    }
    auto* option = add_option_function<std::string>(
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
  CLI::Option* add_choice(const std::string& names, std::string& value,
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
  static void restrict(CLI::Option* option, const std::vector<std::string>& words);
  bool answer_hidden(int argc, char** argv);    // whether it was asked for
  bool parse_arguments(int argc, char** argv);  // whether the body is still to run

  std::string command_;
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
