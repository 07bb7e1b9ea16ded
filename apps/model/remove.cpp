// nlp model remove - takes models out of the store.  Manual: man/model-remove.txt
#include "store/remove.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/app.hpp"
#include "cli/known_models.hpp"
#include "cli/options.hpp"
#include "cli/output_file.hpp"
#include "cli/size.hpp"
#include "cli/value_writer.hpp"
#include "model/commands.hpp"

namespace nlp::model_command {
namespace {

std::string record_of(const store::ModelName& name, const store::Removal& removal, bool removed) {
  std::string text;
  cli::ValueWriter writer(cli::Wire::json, text);
  writer.object().put("name", name.repository).key("commits").array();
  for (const auto& snapshot : removal.snapshots) writer.value(snapshot.commit);
  writer.end().put("bytes", removal.bytes).put("removed", removed).end();
  return text + "\n";
}

std::string lines_of(const store::ModelName& name, const store::Removal& removal, bool removed) {
  std::string text;
  for (const auto& snapshot : removal.snapshots)
    text += fmt::format("{}@{}\n", name.repository, snapshot.commit);
  return text + fmt::format("{} {}\n", cli::size_text(removal.bytes),
                            removed ? "freed" : "would be freed");
}

}  // namespace

int remove(int argc, char** argv) {
  cli::App app("model remove");
  std::vector<std::string> names;
  bool dry_run = false;
  app.add_option("MODEL", names, "ORG/NAME[@REVISION] in the store")
      ->type_name("MODEL...")
      ->required();
  app.add_flag("-n,--dry-run", dry_run, "Remove nothing, tell what would go");
  cli::OutputOptions output(app);

  return app.run(argc, argv, [&] {
    // All names are looked up before anything goes.
    for (const auto& name : names) cli::stored_snapshots(name, cli::environment);
    const auto cache = cli::hub_cache(cli::environment);
    cli::OutputFile file(output.file());
    for (const auto& given : names) {
      const auto name = store::ModelName::parse(given);
      if (!name) continue;  // it was found above
      const auto removal = store::plan_removal(cache, *name);
      if (!dry_run) store::remove(removal);
      file.write(output.records() ? record_of(*name, removal, !dry_run)
                                  : lines_of(*name, removal, !dry_run));
    }
    file.commit();
  });
}

}  // namespace nlp::model_command
