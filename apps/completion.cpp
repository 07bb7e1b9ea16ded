// nlp-completion - shell completions, from what the commands say of themselves.
// Manual: man/completion.txt
#include "cli/completion.hpp"

#include <string>
#include <vector>

#include "cli/app.hpp"
#include "cli/commands.hpp"
#include "cli/manual.hpp"
#include "cli/output_file.hpp"

namespace cli = nlp::cli;

int main(int argc, char** argv) {
  cli::App app("completion");
  std::string shell;
  app.add_choice("shell", shell, {"bash", "zsh", "fish"}, "The shell")->required();

  return app.run(argc, argv, [&] {
    std::vector<cli::CommandInfo> commands;
    for (const auto& name : cli::known_commands()) {
      const auto ask = [&](std::vector<std::string> words) {
        words.insert(words.begin(), "nlp-" + name);
        words.emplace_back("--help-options");
        commands.push_back(
            cli::parse_command_info(cli::output_of(cli::find_command(name), std::move(words))));
      };
      ask({});
      for (const auto own : cli::sub_command_names(name)) ask({std::string(own)});
    }
    cli::OutputFile out("");
    out.write(cli::completion_script(shell, commands));
    out.commit();
  });
}
