// A command that has commands: `nlp model convert`.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace nlp::cli {

// One of them.  `run` is a main: it makes an App of the name "model convert", whose texts are
// man/model-convert.txt.
struct SubCommand {
  std::string_view name;
  int (*run)(int argc, char** argv);
};

// The main of `command`: hands over to the command that the first argument names; else answers
// --help and the like, or tells what there is.
int run_sub_command(const std::string& command, std::span<const SubCommand> table, int argc,
                    char** argv);

}  // namespace nlp::cli
