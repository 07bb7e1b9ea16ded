#include "cli/sub_commands.hpp"

#include <fmt/format.h>

#include <vector>

#include "base/error.hpp"
#include "cli/app.hpp"

namespace nlp::cli {

int run_sub_command(const std::string& command, std::span<const SubCommand> table, int argc,
                    char** argv) {
  for (const SubCommand& each : table)
    if (argc > 1 && each.name == argv[1]) return each.run(argc - 1, argv + 1);
  App app(command);
  std::vector<std::string> names;
  for (const SubCommand& each : table) names.emplace_back(each.name);
  std::string chosen;
  app.add_choice("command", chosen, names, "What to do");
  return app.run(argc, argv, [&] {
    if (chosen.empty()) throw NothingToRead();
    throw Error(Kind::usage, fmt::format("options of {} stand behind it: nlp {} {} ...", chosen,
                                         command, chosen));
  });
}

}  // namespace nlp::cli
