// nlp train embed - learn vectors of texts.  Manual: man/train-embed.txt
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "cli/fine_tuning.hpp"
#include "cli/model_store.hpp"
#include "cli/opened.hpp"
#include "task/sentence_modules.hpp"
#include "train/commands.hpp"
#include "train/data/pairs.hpp"
#include "train/embed_objective.hpp"
#include "train/sentence_files.hpp"
#include "train/teacher.hpp"

namespace nlp::train_command {
namespace {

// The examples one behind the other, scores from 0 to 1 by the set's own range.
std::vector<train::Example> flatten(std::vector<train::PairExample> pairs, train::PairKind kind,
                                    double most) {
  std::vector<train::Example> examples;
  for (auto& pair : pairs) {
    if (kind == train::PairKind::scored) pair.text.scores = {static_cast<float>(pair.score / most)};
    examples.push_back(std::move(pair.text));
    if (kind != train::PairKind::single) examples.push_back(std::move(pair.pair));
  }
  return examples;
}

}  // namespace

int embed(int argc, char** argv) {
  cli::App app("train embed");
  cli::FineTuning tuning(
      app, std::nullopt,
      {.learning_rate = 2e-5, .epochs = 1, .batch_tokens = 4096, .smooths = false});
  train::PairSpec spec;
  std::string teacher;
  double most = 1;
  app.add_choice<train::PairKind>("--data", spec.kind,
                                  {{"scored", train::PairKind::scored},
                                   {"pairs", train::PairKind::matched},
                                   {"texts", train::PairKind::single}},
                                  "Pairs with scores, pairs that belong together, or texts whose "
                                  "vectors a teacher tells")
      ->group("Data");
  app.add_option("--score-range", most, "The score of two texts that mean the same")
      ->type_name("X")
      ->range(1e-9, 1e9)
      ->capture_default_str()
      ->group("Data");
  auto* taught =
      app.add_option("--teacher", teacher, "The model that tells vectors of --data texts")
          ->type_name("DIR")
          ->group("Data");
  app.after_parse([&] {
    if ((taught->count() > 0) != (spec.kind == train::PairKind::single))
      throw Error(Kind::usage, "--teacher and --data texts belong together");
  });

  return app.run(argc, argv, [&] {
    const auto& options = tuning.options();
    const train::ModelPlan plan = tuning.begin();
    const bool mean =
        train::begin_sentence_files(plan.source, options.directory(), options.max_length());
    const auto modules = task::read_sentence_modules(options.directory());
    const auto tokenizer = cli::open_tokenizer(app, options.directory());
    const train::EncodeOptions encode{options.max_length(), options.threads()};
    const auto examples_of = [&](const std::vector<std::string>& files) {
      std::vector<train::Example> examples;
      if (files.empty()) return examples;
      const train::PairSet set = train::read_pairs(files, spec);
      app.messages().warn_of_repaired(set.repaired);
      auto made = train::pair_examples(set, spec.kind, modules.prompt, tokenizer, encode);
      if (made.truncated > 0)
        app.messages().warn(fmt::format("{} cut to {} tokens; see --max-length",
                                        cli::counted(made.truncated, "text"),
                                        options.max_length()));
      examples = flatten(std::move(made.examples), spec.kind, most);
      if (!teacher.empty())
        train::set_teacher_vectors(cli::resolve_model(teacher, cli::environment), set,
                                   options.threads(), examples);
      return examples;
    };
    const auto examples = examples_of(tuning.files()), dev = examples_of(tuning.dev_files());
    train::TrainedModel model(plan);
    const train::EmbedLoss loss = spec.kind == train::PairKind::scored ? train::EmbedLoss::scored
                                  : spec.kind == train::PairKind::matched
                                      ? train::EmbedLoss::matched
                                      : train::EmbedLoss::distilled;
    train::EmbedObjective objective(loss, mean);
    const std::size_t together = spec.kind == train::PairKind::single ? 1 : 2;
    tuning.run(model, objective, examples, dev, together,
               {{"--data", static_cast<int>(spec.kind)}, {"--teacher", teacher}});
  });
}

}  // namespace nlp::train_command
