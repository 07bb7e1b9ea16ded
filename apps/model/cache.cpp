// nlp model cache - the packed weights that are kept.  Manual: man/model-cache.txt
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <string>

#include "checkpoint/packed_cache.hpp"
#include "cli/app.hpp"
#include "cli/model_store.hpp"
#include "cli/output_file.hpp"
#include "model/commands.hpp"

namespace nlp::model_command {
namespace {

std::string megabytes(std::uint64_t bytes) {
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

// What stands behind `name: ` in a line of a key.
std::string value_of(const std::string& key, const std::string& name) {
  const auto at = ("\n" + key).find("\n" + name + ": ");
  if (at == std::string::npos) return "";
  const auto from = at + name.size() + 2;
  return key.substr(from, key.find('\n', from) - from);
}

// SIZE, LAST USED, PART, TYPE, MODEL, with tabs between.
std::string line_of(const checkpoint::PackedCache::File& file) {
  const std::time_t used = file.used;
  std::tm local{};
  ::localtime_r(&used, &local);
  const std::string size_and_time =
      fmt::format("{}\t{:%Y-%m-%d %H:%M}", megabytes(file.bytes), local);
  if (file.key.empty()) return fmt::format("{}\tnot whole\t-\t{}\n", size_and_time, file.name);
  const std::string type = value_of(file.key, "type");
  return fmt::format("{}\t{}\t{}\t{}\n", size_and_time, value_of(file.key, "section"),
                     type.substr(0, type.find(' ')), file.origin);
}

}  // namespace

int cache(int argc, char** argv) {
  cli::App app("model cache");
  bool remove = false;
  app.add_flag("--remove", remove, "Remove all of it");

  return app.run(argc, argv, [&] {
    const auto directory = cli::packed_cache(cli::environment);
    std::uint64_t bytes = 0;
    cli::OutputFile out("");
    std::error_code unknown;
    if (!directory.empty() && std::filesystem::exists(directory, unknown)) {
      const checkpoint::PackedCache kept(directory);
      if (remove) {
        bytes = kept.remove_all();
      } else {
        for (const auto& file : kept.files()) {
          out.write(line_of(file));
          bytes += file.bytes;
        }
      }
    }
    out.write(fmt::format("{}\t{} {}\n", megabytes(bytes), remove ? "removed from" : "in",
                          directory.string()));
    out.commit();
  });
}

}  // namespace nlp::model_command
