// nlp-plot - pictures of models and of their training.  Manual: man/plot.txt
#include "cli/sub_commands.hpp"
#include "plot/commands.hpp"

int main(int argc, char** argv) {
  static constexpr nlp::cli::SubCommand kCommands[] = {
      {"attention", nlp::plot_command::attention}, {"loss", nlp::plot_command::loss},
      {"masks", nlp::plot_command::masks},         {"positions", nlp::plot_command::positions},
      {"scaling", nlp::plot_command::scaling},
  };
  return nlp::cli::run_sub_command("plot", kCommands, argc, argv);
}
