// nlp-model - what there is to do with models as files.  Manual: man/model.txt
#include "cli/sub_commands.hpp"
#include "model/commands.hpp"

int main(int argc, char** argv) {
  static constexpr nlp::cli::SubCommand kCommands[] = {
      {"cache", nlp::model_command::cache},
      {"convert", nlp::model_command::convert},
  };
  return nlp::cli::run_sub_command("model", kCommands, argc, argv);
}
