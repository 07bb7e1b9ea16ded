// One step of training: a batch is cut into shards, threads take them forwards and backwards, and
// an optimizer moves the numbers.  A step's result is a function of the model, the batch and the
// step's number: not of threads, to the last bit.
// Legend: T tokens of an example, W rows that a loss reads, H hidden, C outputs.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/thread_team.hpp"
#include "dnn/adamw.hpp"
#include "train/data/example.hpp"
#include "train/trained_model.hpp"

namespace nlp::train {

struct TrainerOptions {
  int threads = 1;
  DropoutRates dropout;
  std::uint64_t seed = 0;
  std::int64_t shard_tokens = 512;  // of a shard, unless one text is longer
};

// What a loss knows of a step beside the rows.
struct StepView {
  std::span<const Example> examples;
  std::uint64_t key;  // of the step's random draws
  float dropout;      // of the head
};

// What is learnt from rows of the encoder.
class Objective {
 public:
  virtual ~Objective() = default;
  // Which tokens' rows are read of an example.
  virtual void wanted(const Example& example, std::vector<std::int32_t>& tokens) const = 0;
  // How much an example counts in a step's mean: labels, texts.
  virtual double weight(const Example& example) const = 0;
  // rows [padded W,H]: what was wanted of all examples, in the order of shards and texts; they
  // become their gradients, of the sum of losses times `scale`.  Returns the sum of losses.
  virtual double run(const StepView& step, const Crew& crew, Parameters& parameters,
                     dnn::Matrix rows, std::int64_t count, float scale) = 0;
};

struct StepResult {
  double loss = 0;       // mean
  double weight = 0;     // labels or texts
  double diff_norm = 0;  // of the gradient, before it was clipped
  std::int64_t tokens = 0;
};

struct Update {
  dnn::AdamW adamw;  // its step and diff_scale are set here
  float clip = 0;    // largest norm of the gradient; 0: any
};

class Trainer {
 public:
  // `model` outlives this.
  Trainer(TrainedModel& model, const TrainerOptions& options);
  ~Trainer();

  // Gradients of the mean loss over all parts of a step, each of them a batch.  Leaves them in the
  // model's parameters.  number: of the step, from 1.
  // Throws Error{data}: ids out of range or a text too long; Error{data}: the loss is no number.
  StepResult gradients(std::span<const std::vector<Example>> parts, Objective& objective,
                       std::int64_t number);
  // The mean loss without dropout; gradients are then undefined.
  double loss(std::span<const std::vector<Example>> parts, Objective& objective);
  // Moves the numbers; result.diff_norm is filled.
  void update(const Update& update, std::int64_t number, StepResult& result);

 private:
  void cut(std::span<const Example> batch, const Objective& objective, std::uint64_t key);
  struct PartCall {
    std::span<const Example> batch;
    float scale;
    std::uint64_t key;
    bool learns;
  };
  double part(const PartCall& call, Objective& objective);
  void weight_diffs();

  TrainedModel& model_;
  TrainerOptions options_;
  dnn::Device device_;
  ThreadTeam team_;
  std::vector<std::unique_ptr<dnn::Workspace>> workspaces_;
  std::vector<PassBuffers> buffers_;  // by thread
  std::deque<Shard> shards_;          // reused from step to step
  std::size_t used_ = 0;              // of them
  tensor::Tensor rows_;
};

}  // namespace nlp::train
