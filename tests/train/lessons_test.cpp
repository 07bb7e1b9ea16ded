// What a course on masked language models shows with a few lines: the loss of a sentence with
// hidden words, and a sentiment that is learnt from a handful of sentences.
#include <cmath>
#include <numeric>

#include "model/model.hpp"
#include "support/catch.hpp"
#include "support/paths.hpp"
#include "support/temporary_directory.hpp"
#include "task/classify.hpp"
#include "train/data/encode.hpp"
#include "train/example_batches.hpp"
#include "train/loop.hpp"
#include "train/model_files.hpp"
#include "train/text_objective.hpp"
#include "train/token_objective.hpp"

using namespace nlp;

namespace {

train::Example encode(const tokenizer::Tokenizer& tokenizer, const std::string& text) {
  bool truncated = false;
  return train::encode_text(tokenizer, text, std::nullopt, 64, truncated);
}

// The mean of -log P(label) over the hidden tokens, from the logits of inference.
double loss_by_hand(const std::filesystem::path& directory, const train::Example& example) {
  const model::Model model = model::Model::open(directory);
  const auto workspace = model.workspace();
  model::Batch batch;
  batch.add(example.ids, example.type_ids);
  model::Encoded encoded;
  model.encode(batch, {}, *workspace, encoded);
  std::vector<std::int64_t> rows;
  for (std::size_t t = 0; t < example.labels.size(); ++t)
    if (example.labels[t] >= 0) rows.push_back(static_cast<std::int64_t>(t));
  tensor::Tensor logits;
  model.masked_lm(encoded.last, rows, *workspace, logits);
  double sum = 0;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const auto row = logits.row(static_cast<std::int64_t>(k));
    double all = 0;
    for (const float logit : row) all += std::exp(double{logit});
    const auto label = example.labels[static_cast<std::size_t>(rows[k])];
    sum += std::log(all) - double{row[static_cast<std::size_t>(label)]};
  }
  return sum / static_cast<double>(rows.size());
}

}  // namespace

TEST_CASE("the loss of a sentence about a fox is the mean over its hidden tokens", "[train]") {
  const auto directory = paths::data("models/bert-mlm");
  const auto tokenizer = tokenizer::Tokenizer::open(directory);
  train::Example example = encode(tokenizer, "The quick brown fox jumps over the lazy dog.");
  example.labels.assign(example.ids.size(), -100);
  for (const std::size_t hidden : {std::size_t{2}, std::size_t{5}, example.ids.size() - 3}) {
    example.labels[hidden] = example.ids[hidden];
    example.ids[hidden] = *tokenizer.mask_id();
  }
  train::ModelPlan plan;
  plan.source = directory;
  plan.head = model::Head::masked_lm;
  train::TrainedModel model(plan);
  train::Trainer trainer(model, {});
  train::TokenObjective objective(*model.head(), {0, false});
  const std::vector<std::vector<train::Example>> parts = {{example}};
  const double loss = trainer.loss(parts, objective);
  CHECK(loss == Approx(loss_by_hand(directory, example)).epsilon(1e-5));
  CHECK(loss == Approx(trainer.gradients(parts, objective, 1).loss).epsilon(1e-9));
}

TEST_CASE("a sentiment learnt from a few sentences is told of a new one", "[train]") {
  const auto source = paths::data("models/bert-mlm");
  const TemporaryDirectory folder;
  train::begin_directory(source, folder.path());
  const auto tokenizer = tokenizer::Tokenizer::open(folder.path());
  std::vector<train::Example> examples;
  const auto add = [&](const char* text, std::int32_t label) {
    examples.push_back(encode(tokenizer, text));
    examples.back().labels = {label};
  };
  for (const char* const thing : {"the sun", "this day", "the book", "a city"}) {
    add((std::string(thing) + " is good and bright").c_str(), 1);
    add((std::string(thing) + " is bad and dark").c_str(), 0);
    add((std::string("good is ") + thing).c_str(), 1);
    add((std::string("bad is ") + thing).c_str(), 0);
  }
  train::ModelPlan plan;
  plan.source = source;
  plan.head = model::Head::sequence_classification;
  plan.labels = {"negative", "positive"};
  plan.new_classifier = true;
  train::TrainedModel model(plan);
  train::Trainer trainer(model, {});
  train::TextObjective objective(*model.head(), model.config(), 0);
  train::ExampleBatches batches(examples, {.batch_tokens = 64, .seed = 3});
  train::LoopOptions options;
  options.epochs = 15;
  options.update.adamw.learning_rate = 3e-3f;
  options.update.clip = 1;
  options.directory = folder.path();
  train::run_training(model, trainer, objective, batches, options);

  const model::Model trained = model::Model::open(folder.path());
  const task::Classifier classifier(trained, tokenizer);
  const auto workspace = trained.workspace();
  const auto label_of = [&](const char* text) {
    const std::vector<task::SplitInput> inputs = {classifier.prepare(text)};
    const auto scores = classifier(inputs, *workspace).front();
    return classifier.labels()[task::best_first(scores).front()];
  };
  CHECK(label_of("the man is good and bright") == "positive");
  CHECK(label_of("the man is bad and dark") == "negative");
}
