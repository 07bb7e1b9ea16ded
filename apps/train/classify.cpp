// nlp train classify - learn to tell what kind of text a text is.  Manual: man/train-classify.txt
#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/fine_tuning.hpp"
#include "cli/opened.hpp"
#include "train/commands.hpp"
#include "train/data/texts.hpp"
#include "train/text_objective.hpp"

namespace nlp::train_command {
namespace {

model::Problem problem_of(train::Target target) {
  switch (target) {
    case train::Target::label:
      break;
    case train::Target::labels:
      return model::Problem::multi_label;
    case train::Target::number:
      return model::Problem::regression;
  }
  return model::Problem::single_label;
}

}  // namespace

int classify(int argc, char** argv) {
  cli::App app("train classify");
  cli::FineTuning tuning(app, model::Head::sequence_classification,
                         {.learning_rate = 5e-5, .epochs = 3, .batch_tokens = 2048});
  train::TextSpec spec;
  std::vector<std::string> label_map;
  app.add_choice<train::Target>("--target", spec.target,
                                {{"label", train::Target::label},
                                 {"labels", train::Target::labels},
                                 {"number", train::Target::number}},
                                "What a text has: one label, any number of them, or a number")
      ->group("Data");
  app.add_flag("--pairs", spec.pairs, "Each row has two texts")->group("Data");
  app.add_option("--map", label_map, "Give a label another name: 0=negative")
      ->type_name("FROM=TO")
      ->group("Data");

  app.after_parse([&] {
    if (spec.target != train::Target::label && tuning.options().smoothing() > 0)
      throw Error(Kind::usage, "--label-smoothing: only of one label a text (--target label)");
  });

  return app.run(argc, argv, [&] {
    const auto& options = tuning.options();
    const train::Renamed renamed = train::read_renamed(label_map);
    const train::TextSet set = train::read_texts(tuning.files(), spec);
    train::ModelPlan plan = tuning.begin();
    plan.problem = problem_of(spec.target);
    std::vector<std::string> labels = {"LABEL_0"};
    if (spec.target != train::Target::number) {
      labels = set.labels();
      for (std::string& label : labels)
        if (const auto found = renamed.find(label); found != renamed.end()) label = found->second;
      labels = train::sorted_labels(labels);
    }
    cli::FineTuning::set_labels(plan, labels);
    const train::LabelIds ids(labels, renamed);
    const auto tokenizer = cli::open_tokenizer(app, options.directory());
    const train::EncodeOptions encode{options.max_length(), options.threads()};
    const auto examples_of = [&](const train::TextSet& texts) {
      app.messages().warn_of_repaired(texts.repaired);
      auto made = train::text_examples(texts, spec.target, ids, tokenizer, encode);
      if (made.truncated > 0)
        app.messages().warn(fmt::format("{} cut to {} tokens; see --max-length",
                                        cli::counted(made.truncated, "text"),
                                        options.max_length()));
      return std::move(made.examples);
    };
    const auto examples = examples_of(set);
    std::vector<train::Example> dev;
    if (!tuning.dev_files().empty()) dev = examples_of(train::read_texts(tuning.dev_files(), spec));
    train::TrainedModel model(plan);
    train::TextObjective objective(*model.head(), model.config(), options.smoothing());
    tuning.run(model, objective, examples, dev, 1, {{"labels", labels}});
  });
}

}  // namespace nlp::train_command
