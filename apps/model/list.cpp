// nlp model list - the models that -m knows by name.  Manual: man/model-list.txt
#include <fmt/format.h>

#include <set>
#include <string>

#include "cli/app.hpp"
#include "cli/known_models.hpp"
#include "cli/options.hpp"
#include "cli/output_file.hpp"
#include "cli/size.hpp"
#include "cli/table.hpp"
#include "cli/value_writer.hpp"
#include "model/commands.hpp"

namespace nlp::model_command {
namespace {

std::string record_of(const cli::KnownModel& model, cli::Wire wire) {
  std::string text;
  cli::ValueWriter writer(wire, text);
  writer.object().put("name", model.name).put("model", model.full_name());
  writer.put("shipped", model.is_shipped).put("refs", model.snapshot.refs);
  if (model.is_shipped)
    writer.put("commit", nullptr);
  else
    writer.put("commit", model.snapshot.commit);
  writer.put("files", model.snapshot.files.size()).put("bytes", model.snapshot.bytes());
  writer.put("path", model.snapshot.path.string()).end();
  return text + "\n";
}

// Of names in the store that several commits may have, a line each.
std::string names_of(const std::vector<cli::KnownModel>& models) {
  std::string text;
  for (const auto& model : models) text += model.full_name() + "\n";
  return text;
}

std::string table_of(const std::vector<cli::KnownModel>& models, const std::string& cache) {
  std::vector<std::vector<std::string>> rows;
  std::set<std::string> stored;
  for (const auto& model : models) {
    rows.push_back({model.name, model.revision(), cli::size_text(model.snapshot.bytes()),
                    cli::counted(model.snapshot.files.size(), "file")});
    if (!model.is_shipped) stored.insert(model.name);
  }
  return cli::aligned(rows, {2, 3}) +
         fmt::format("{} in {}\n", cli::counted(stored.size(), "model"), cache);
}

}  // namespace

int list(int argc, char** argv) {
  cli::App app("model list");
  cli::OutputOptions output(app, {.formats = {"text", "jsonl", "names"}});

  return app.run(argc, argv, [&] {
    const auto models = cli::known_models(cli::environment);
    cli::OutputFile file(output.file());
    if (output.records())
      for (const auto& model : models) file.write(record_of(model, output.wire()));
    else if (output.format() == "names")
      file.write(names_of(models));
    else
      file.write(table_of(models, cli::hub_cache(cli::environment).string()));
    file.commit();
  });
}

}  // namespace nlp::model_command
