// nlp-model - what there is to do with models as files.  Manual: man/model.txt
#include "cli/sub_commands.hpp"
#include "model/commands.hpp"

int main(int argc, char** argv) {
  static constexpr nlp::cli::SubCommand kCommands[] = {
      {"cache", nlp::model_command::cache},   {"convert", nlp::model_command::convert},
      {"info", nlp::model_command::info},     {"list", nlp::model_command::list},
      {"pull", nlp::model_command::pull},     {"remove", nlp::model_command::remove},
      {"verify", nlp::model_command::verify},
  };
  return nlp::cli::run_sub_command("model", kCommands, argc, argv);
}
