// nlp train ner - learn to find names.  Manual: man/train-ner.txt
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "cli/fine_tuning.hpp"
#include "cli/opened.hpp"
#include "train/commands.hpp"
#include "train/data/tagged.hpp"
#include "train/token_objective.hpp"

namespace nlp::train_command {

int ner(int argc, char** argv) {
  cli::App app("train ner");
  cli::FineTuning tuning(app, model::Head::token_classification,
                         {.learning_rate = 1e-4, .epochs = 2, .batch_tokens = 2048});
  std::vector<std::string> kinds, unlabelled, unlabelled_files;
  bool all_tokens = false;
  app.add_option("--map", kinds, "Give a kind another name: geo=LOC; O: it is no name")
      ->type_name("FROM=TO")
      ->group("Data");
  app.add_option("--unlabelled", unlabelled,
                 "A kind that the sets of --partly do not mark, or all sets where there are none")
      ->type_name("KIND")
      ->group("Data");
  app.add_option("--partly", unlabelled_files,
                 "A set in which names of the kinds --unlabelled are not marked")
      ->type_name("FILE")
      ->group("Data");
  app.add_flag("--all-tokens", all_tokens, "All tokens of a word learn its label, not the first")
      ->group("Data");

  return app.run(argc, argv, [&] {
    const auto& options = tuning.options();
    train::TagSpec whole;
    whole.renamed = train::read_renamed(kinds);
    train::TagSpec partly = whole;
    partly.unlabelled = unlabelled;
    if (unlabelled_files.empty()) whole = partly;
    std::vector<train::TagSet> sets = {train::read_tagged(tuning.files(), whole)};
    if (!unlabelled_files.empty()) sets.push_back(train::read_tagged(unlabelled_files, partly));
    train::TagSet all;  // kinds that stand in any of them
    for (const auto& set : sets) {
      app.messages().warn_of_repaired(set.repaired);
      std::ranges::copy(set.kinds, std::back_inserter(all.kinds));
      std::ranges::copy(set.unlabelled, std::back_inserter(all.unlabelled));
    }
    const std::vector<std::string> labels = all.labels();

    train::ModelPlan plan = tuning.begin();
    cli::FineTuning::set_labels(plan, labels);
    const auto tokenizer = cli::open_tokenizer(app, options.directory());
    train::TagExampleOptions encode;
    encode.max_tokens = options.max_length();
    encode.threads = options.threads();
    encode.all_tokens = all_tokens;
    std::vector<train::Example> examples, dev;
    for (const auto& set : sets)
      std::ranges::move(train::tag_examples(set, labels, tokenizer, encode),
                        std::back_inserter(examples));
    if (!tuning.dev_files().empty()) {
      const train::TagSet set = train::read_tagged(tuning.dev_files(), whole);
      app.messages().warn_of_repaired(set.repaired, "--dev");
      dev = train::tag_examples(set, labels, tokenizer, encode);
    }
    train::TrainedModel model(plan);
    train::TokenObjective objective(*model.head(), {options.smoothing(), true});
    tuning.run(model, objective, examples, dev, 1, {{"labels", labels}});
  });
}

}  // namespace nlp::train_command
