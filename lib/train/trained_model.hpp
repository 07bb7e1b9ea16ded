// A model while it is trained: its numbers, the encoder and one head, read from a checkpoint or
// begun at random, and written as an ordinary checkpoint directory.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "checkpoint/checkpoint.hpp"
#include "model/config.hpp"
#include "train/encoder.hpp"
#include "train/head.hpp"

namespace nlp::train {

struct ModelPlan {
  std::filesystem::path source;     // a checkpoint directory; or, where `fresh`, one of config.json
  bool fresh = false;               // all numbers at random
  std::int64_t layers = 0;          // the first so many of the source; 0: all
  std::optional<model::Head> head;  // none: the encoder alone
  std::vector<std::string> labels;  // of a classifier; empty: those of the source
  bool new_classifier = false;      // its last layer begins at random, whatever the source has
  std::optional<model::Problem> problem;
  dnn::ComputeType type = dnn::ComputeType::f32;  // of products
  std::uint64_t seed = 0;                         // of what begins at random
};

class TrainedModel {
 public:
  // Throws Error{model}: the checkpoint is broken, or of a family that cannot be trained;
  // Error{usage}: it has not so many layers, or they share weights in several groups, or the
  // machine has no fast products of the plan's type.
  explicit TrainedModel(const ModelPlan& plan);

  const model::Config& config() const { return config_; }
  Parameters& parameters() { return parameters_; }
  const Encoder& encoder() const { return *encoder_; }
  TrainedHead* head() { return head_ ? &*head_ : nullptr; }
  // Modules that the source lacks and that began at random.
  const std::vector<std::string>& begun() const { return begun_; }

  // The embeddings and the first layers - 1 layers do not learn.
  void freeze(std::int64_t layers);

  // The name that a tensor of the written checkpoint has.
  std::string tensor_name(const Parameter& parameter) const;

  // Writes config.json and model.safetensors into an existing directory, each whole or not at all.
  // Throws Error{io}.
  void write(const std::filesystem::path& directory) const;

 private:
  void read_numbers(const ModelPlan& plan);
  void keep_pooler(const checkpoint::Checkpoint& source);
  Json written_config() const;

  ModelPlan plan_;
  model::Config config_;
  const model::Family* family_;
  Parameters parameters_;
  std::unique_ptr<Encoder> encoder_;
  std::optional<TrainedHead> head_;
  std::vector<std::string> begun_;
  std::vector<std::pair<std::string, tensor::Tensor>> kept_;  // written as they were read
};

}  // namespace nlp::train
