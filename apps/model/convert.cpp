// nlp model convert - write a checkpoint with weights of another type.
// Manual: man/model-convert.txt
#include "model/convert.hpp"

#include <fmt/format.h>

#include <string>

#include "base/error.hpp"
#include "cli/app.hpp"
#include "cli/model_store.hpp"
#include "cli/options.hpp"
#include "cli/signals.hpp"
#include "model/commands.hpp"

namespace nlp::model_command {
namespace {
enum class Shards { none, tables };
}  // namespace

int convert(int argc, char** argv) {
  using checkpoint::StoredType;
  cli::App app("model convert");
  cli::ModelOptions model(app);
  StoredType type = StoredType::f32;
  std::string target, share;
  Shards shards = Shards::none;
  app.add_choice<StoredType>(
         "--dtype", type,
         {{"f32", StoredType::f32}, {"bf16", StoredType::bf16}, {"int8", StoredType::int8}},
         "The type of the weights")
      ->required()
      ->default_str("");
  app.add_option("-o,--output", target, "The directory to make; it must not exist, or be empty")
      ->type_name("DIR")
      ->required();
  app.add_choice<Shards>("--shards", shards, {{"tables", Shards::tables}},
                         "Write the tables of words, positions and types to a file of their own");
  std::int64_t layers = 0;
  auto* with_layers = app.add_option("--shard-layers", layers,
                                     "With --shards tables: the first N layers go with the tables")
                          ->type_name("N")
                          ->range(std::int64_t{0}, std::int64_t{1} << 12)
                          ->capture_default_str();
  app.add_option("--share", share,
                 "Write a link to the first shard of another model in place of the same tables and "
                 "layers")
      ->type_name("OTHER")
      ->excludes(with_layers);
  app.after_parse([&] {
    if (layers > 0 && shards != Shards::tables)
      throw Error(Kind::usage, "--shard-layers: needs --shards tables");
  });

  return app.run(argc, argv, [&] {
    const auto source = model.named_directory();
    cli::defer_signals();
    checkpoint::Stored stored;
    {
      cli::Progress progress(app.messages(), false, "tensor");
      model::ConvertOptions options;
      options.type = type;
      options.table_shard = shards == Shards::tables || !share.empty();
      options.shard_layers = layers;
      if (!share.empty()) options.share = cli::resolve_model(share, cli::environment);
      options.progress = [&] {
        cli::check_signals();
        progress.add(1);
      };
      stored = model::convert(source, target, options);
    }
    app.messages().info(fmt::format("{}: {}, {} of them int8, {:.1f} MB{}", target,
                                    cli::counted(stored.tensors, "tensor"), stored.int8,
                                    static_cast<double>(stored.bytes) / 1e6,
                                    share.empty() ? "" : " beside what it shares with " + share));
  });
}

}  // namespace nlp::model_command
