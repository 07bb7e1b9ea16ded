#include "cli/fine_tuning.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "model/config.hpp"
#include "train/example_batches.hpp"
#include "train/model_files.hpp"

namespace nlp::cli {

FineTuning::FineTuning(App& app, std::optional<model::Head> head,
                       const TrainOptions::Defaults& defaults)
    : head_(head), model_(app), options_(app, defaults) {
  app.add_option("files", files_, "Sets to learn from; - is stdin")
      ->type_name("FILE...")
      ->group("Input");
  app.add_option("--layers", layers_, "Take the first N layers of the checkpoint alone; 0: all")
      ->type_name("N")
      ->range(std::int64_t{0}, std::int64_t{1} << 12)
      ->capture_default_str()
      ->group("Training");
  auto* dev = app.add_option("--dev", dev_,
                             "A set to be measured by: the model with the least loss is kept")
                  ->type_name("FILE")
                  ->group("Training");
  app.add_option("--dev-every", dev_every_, "Steps between measures; 0: at the end of each epoch")
      ->type_name("N")
      ->range(std::int64_t{0}, std::int64_t{1} << 40)
      ->capture_default_str()
      ->needs(dev)
      ->group("Training");
  app.add_option("--patience", patience_,
                 "Stop after so many measures in a row that are no better; 0: do not")
      ->type_name("N")
      ->range(std::int64_t{0}, std::int64_t{1} << 20)
      ->capture_default_str()
      ->needs(dev)
      ->group("Training");
  app.after_parse([this] {
    if (files_.empty()) throw Error(Kind::usage, "no FILE to learn from; name one, or - for stdin");
  });
}

train::ModelPlan FineTuning::begin() {
  train::ModelPlan plan;
  plan.head = head_;
  plan.type = options_.type();
  plan.seed = options_.seed();
  if (!options_.resume()) plan.layers = layers_;  // else they are cut, and the recipe tells
  plan.source = options_.resume() ? options_.directory() : model_.directory();
  options_.resume() ? train::require_state(options_.directory())
                    : train::refuse_state(options_.directory());
  options_.fit_max_length(model::read_config(plan.source).max_tokens);
  if (!options_.resume()) train::begin_directory(plan.source, options_.directory());
  return plan;
}

void FineTuning::set_labels(train::ModelPlan& plan, const std::vector<std::string>& labels) {
  const model::Config config = model::read_config(plan.source);
  plan.new_classifier = config.labels != labels;
  plan.labels = labels;
}

void FineTuning::run(train::TrainedModel& model, train::Objective& objective,
                     const std::vector<train::Example>& examples,
                     const std::vector<train::Example>& dev, std::size_t together,
                     const Json& more) const {
  options_.freeze(model);
  train::Trainer trainer(model, options_.trainer());
  train::ExampleBatchesOptions batching{options_.batch_tokens(), together, options_.seed()};
  train::ExampleBatches batches(examples, batching);
  Json recipe = more;
  recipe["--layers"] = layers_;
  train::LoopOptions loop = options_.loop(recipe);
  std::vector<std::vector<train::Example>> parts;
  if (!dev.empty()) {
    batching.shuffle = false;
    batching.epochs = 1;
    train::ExampleBatches all(dev, batching);
    for (std::vector<train::Example> part; all.next(part);) parts.push_back(part);
    loop.dev = [&] { return -trainer.loss(parts, objective); };
    loop.dev_every = dev_every_;
    loop.patience = patience_;
  }
  options_.run(model, trainer, objective, batches, loop);
}

}  // namespace nlp::cli
