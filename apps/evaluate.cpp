// nlp-evaluate - how good a model is at what it was trained for.  Manual: man/evaluate.txt
#include "cli/sub_commands.hpp"
#include "evaluate/commands.hpp"

int main(int argc, char** argv) {
  static constexpr nlp::cli::SubCommand kCommands[] = {
      {"answer", nlp::evaluate_command::answer}, {"classify", nlp::evaluate_command::classify},
      {"embed", nlp::evaluate_command::embed},   {"mlm", nlp::evaluate_command::mlm},
      {"ner", nlp::evaluate_command::ner},
  };
  return nlp::cli::run_sub_command("evaluate", kCommands, argc, argv);
}
