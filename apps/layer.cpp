// nlp-layer - the building blocks of a Transformer, one at a time.  Manual: man/layer.txt
#include "cli/sub_commands.hpp"
#include "layer/commands.hpp"

int main(int argc, char** argv) {
  static constexpr nlp::cli::SubCommand kCommands[] = {
      {"attention", nlp::layer_command::attention},
      {"block", nlp::layer_command::block},
      {"positions", nlp::layer_command::positions},
      {"weights", nlp::layer_command::weights},
  };
  return nlp::cli::run_sub_command("layer", kCommands, argc, argv);
}
