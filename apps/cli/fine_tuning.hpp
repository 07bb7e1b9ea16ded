// What all kinds of fine-tuning have in common: a checkpoint, sets to learn from, a set to be
// measured by.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/app.hpp"
#include "cli/options.hpp"
#include "cli/train_options.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::cli {

class FineTuning {
 public:
  // `head`: what is trained on the encoder; none: the encoder itself.
  FineTuning(App& app, std::optional<model::Head> head, const TrainOptions::Defaults& defaults);

  TrainOptions& options() { return options_; }
  const std::vector<std::string>& files() const { return files_; }
  const std::vector<std::string>& dev_files() const { return dev_; }

  // Makes the directory; where the numbers come from, without labels.
  train::ModelPlan begin();
  // Gives the classifier these labels.  A head of the same labels is trained on, else its last
  // layer begins anew.
  static void set_labels(train::ModelPlan& plan, const std::vector<std::string>& labels);

  // Learns from the examples and writes the model.  together: examples that stay beside each other.
  // dev: what --dev has, or empty.  more: see TrainOptions::loop.
  void run(train::TrainedModel& model, train::Objective& objective,
           const std::vector<train::Example>& examples, const std::vector<train::Example>& dev,
           std::size_t together, const Json& more) const;

 private:
  std::optional<model::Head> head_;
  ModelOptions model_;
  TrainOptions options_;
  std::vector<std::string> files_, dev_;
  std::int64_t layers_ = 0, dev_every_ = 0, patience_ = 0;
};

}  // namespace nlp::cli
