// nlp model pull - a model from a hub into the store.  Manual: man/model-pull.txt
#include "store/pull.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/app.hpp"
#include "cli/download_bar.hpp"
#include "cli/hub_settings.hpp"
#include "cli/options.hpp"
#include "cli/output_file.hpp"
#include "cli/signals.hpp"
#include "cli/size.hpp"
#include "cli/table.hpp"
#include "cli/value_writer.hpp"
#include "model/commands.hpp"

namespace nlp::model_command {
namespace {

namespace fs = std::filesystem;

store::ModelName name_of(const std::string& given) {
  const auto name = store::ModelName::parse(given);
  if (!name)
    throw Error(Kind::usage, fmt::format("{}: no name of a model (expected ORG/NAME or "
                                         "ORG/NAME@REVISION)",
                                         given));
  return *name;
}

std::string record_of(const store::PullPlan& plan, const std::string& path) {
  std::string text;
  cli::ValueWriter writer(cli::Wire::json, text);
  writer.object().put("name", plan.name.repository).put("revision", plan.name.revision);
  writer.put("commit", plan.commit).key("path");
  path.empty() ? writer.value(nullptr) : writer.value(path);
  writer.put("bytes", plan.bytes()).key("files").array();
  for (const auto& file : plan.files) {
    writer.object().put("path", file.path).key("bytes");
    file.bytes ? writer.value(*file.bytes) : writer.value(nullptr);
    writer.end();
  }
  writer.end().end();
  return text + "\n";
}

// What a pull would fetch.
std::string table_of(const store::PullPlan& plan) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& file : plan.files)
    rows.push_back({file.bytes ? cli::size_text(*file.bytes) : "?", file.path});
  return cli::aligned(rows, {0}) + fmt::format("{}@{}: {}, {}\n", plan.name.repository, plan.commit,
                                               cli::counted(plan.files.size(), "file"),
                                               cli::size_text(plan.bytes()));
}

// Without the network: what the store has, as it is.
store::PullPlan stored_plan(const store::ModelName& name, const fs::path& cache,
                            fs::path& snapshot) {
  const auto commit = store::commit_of(cache, name);
  for (const auto& stored : store::snapshots(cache, name.repository)) {
    if (stored.commit != commit) continue;
    store::PullPlan plan{name, stored.commit, {}};
    for (const auto& file : stored.files) plan.files.push_back({file.path, file.bytes});
    snapshot = stored.path;
    return plan;
  }
  throw Error(Kind::network,
              fmt::format("{}: not in the store {}, and HF_HUB_OFFLINE keeps it from the network",
                          name.repository, cache.string()));
}

}  // namespace

int pull(int argc, char** argv) {
  cli::App app("model pull");
  std::vector<std::string> names;
  store::Patterns patterns;
  bool dry_run = false;
  app.add_option("NAME", names, "ORG/NAME, or ORG/NAME@REVISION: a branch, a tag, a commit")
      ->type_name("NAME...")
      ->required();
  app.add_option("--include", patterns.include,
                 "Fetch the files that fit PATTERN, in place of what commands read; may be given "
                 "again")
      ->type_name("PATTERN");
  app.add_option("--exclude", patterns.exclude,
                 "Fetch no file that fits PATTERN; may be given again")
      ->type_name("PATTERN");
  app.add_flag("-n,--dry-run", dry_run, "Fetch nothing, tell what would be fetched");
  cli::OutputOptions output(app);

  return app.run(argc, argv, [&] {
    std::vector<store::ModelName> models;
    for (const auto& name : names) models.push_back(name_of(name));
    const bool offline = cli::is_offline(cli::environment);
    store::PullOptions options;
    options.cache = cli::hub_cache(cli::environment);
    options.links = !cli::is_set(cli::environment, "HF_HUB_DISABLE_SYMLINKS");
    auto hub_options = cli::hub_options(cli::environment);
    hub_options.http.check = cli::check_signals;
    hub_options.tell = [&](const std::string& text) { app.messages().info(text); };
    cli::defer_signals();
    store::Hub hub(std::move(hub_options));
    cli::OutputFile file(output.file());
    for (const auto& model : models) {
      fs::path path;
      store::PullPlan plan;
      if (offline) {
        plan = stored_plan(model, options.cache, path);
        app.messages().warn(model.repository + ": as it is in the store; HF_HUB_OFFLINE is set");
      } else {
        plan = store::plan_pull(hub, model, patterns);
        if (!dry_run) {
          cli::DownloadBar bar(app.messages(),
                               cli::is_set(cli::environment, "HF_HUB_DISABLE_PROGRESS_BARS"));
          options.progress = [&](const store::PullProgress& progress) { bar.show(progress); };
          path = store::pull(hub, plan, options);
        }
      }
      file.write(output.records() ? record_of(plan, path.string())
                 : path.empty()   ? table_of(plan)
                                  : path.string() + "\n");
      file.flush();
    }
    file.commit();
  });
}

}  // namespace nlp::model_command
