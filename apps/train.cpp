// nlp-train - train tokenizers and models.  Manual: man/train.txt
#include "cli/sub_commands.hpp"
#include "train/commands.hpp"

int main(int argc, char** argv) {
  static constexpr nlp::cli::SubCommand kCommands[] = {
      {"answer", nlp::train_command::answer}, {"classify", nlp::train_command::classify},
      {"embed", nlp::train_command::embed},   {"mlm", nlp::train_command::mlm},
      {"ner", nlp::train_command::ner},       {"tokenizer", nlp::train_command::tokenizer},
  };
  return nlp::cli::run_sub_command("train", kCommands, argc, argv);
}
