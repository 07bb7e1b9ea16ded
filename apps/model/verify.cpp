// nlp model verify - whether models of the store are what was downloaded.
// Manual: man/model-verify.txt
#include "store/verify.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/app.hpp"
#include "cli/known_models.hpp"
#include "cli/options.hpp"
#include "cli/output_file.hpp"
#include "cli/signals.hpp"
#include "cli/size.hpp"
#include "cli/value_writer.hpp"
#include "model/commands.hpp"

namespace nlp::model_command {
namespace {

std::string record_of(const store::Snapshot& snapshot, const store::Verified& verified) {
  std::string text;
  cli::ValueWriter writer(cli::Wire::json, text);
  writer.object().put("name", snapshot.repository).put("commit", snapshot.commit);
  writer.put("files", snapshot.files.size()).put("bytes", snapshot.bytes());
  writer.put("checked", verified.checked).put("ok", verified.faults.empty());
  writer.key("faults").array();
  for (const auto& fault : verified.faults)
    writer.object().put("path", fault.path).put("what", fault.what).end();
  writer.end().end();
  return text + "\n";
}

std::string lines_of(const store::Snapshot& snapshot, const store::Verified& verified) {
  const std::string where = fmt::format("{}@{}", snapshot.repository, snapshot.commit);
  std::string text;
  for (const auto& fault : verified.faults)
    text += fmt::format("{}: {}: {}\n", where, fault.path, fault.what);
  if (!text.empty()) return text;
  return fmt::format("{}: {} as downloaded, {}{}\n", where, cli::counted(verified.checked, "file"),
                     cli::size_text(snapshot.bytes()),
                     verified.unchecked > 0 ? fmt::format("; {} without a hash",
                                                          cli::counted(verified.unchecked, "file"))
                                            : "");
}

std::vector<store::Snapshot> chosen(const std::vector<std::string>& names) {
  std::vector<store::Snapshot> snapshots;
  for (const auto& name : names)
    for (auto& snapshot : cli::stored_snapshots(name, cli::environment))
      snapshots.push_back(std::move(snapshot));
  if (!names.empty()) return snapshots;
  const auto cache = cli::hub_cache(cli::environment);
  for (const auto& repository : store::repositories(cache))
    for (auto& snapshot : store::snapshots(cache, repository))
      snapshots.push_back(std::move(snapshot));
  return snapshots;
}

}  // namespace

int verify(int argc, char** argv) {
  cli::App app("model verify");
  std::vector<std::string> names;
  app.add_option("MODEL", names, "ORG/NAME[@REVISION] in the store; none: all of them")
      ->type_name("MODEL...");
  cli::OutputOptions output(app);

  return app.run(argc, argv, [&] {
    const auto snapshots = chosen(names);
    cli::OutputFile file(output.file());
    store::Verifier verifier;
    std::uint64_t faults = 0, read = 0;
    {
      cli::Progress progress(app.messages(), output.to_terminal());
      for (const auto& snapshot : snapshots) {
        const auto verified = verifier.verify(snapshot, [&](std::uint64_t bytes) {
          read += bytes;
          progress.show(fmt::format("{}: {} read", snapshot.repository, cli::size_text(read)));
        });
        faults += verified.faults.size();
        file.write(output.records() ? record_of(snapshot, verified) : lines_of(snapshot, verified));
      }
    }
    if (snapshots.empty() && !output.records())
      file.write(fmt::format("0 models in {}\n", cli::hub_cache(cli::environment).string()));
    file.commit();
    if (faults > 0)
      throw Error(Kind::model,
                  fmt::format("{} not as downloaded; remove the model and pull it again",
                              cli::counted(faults, "file")));
  });
}

}  // namespace nlp::model_command
