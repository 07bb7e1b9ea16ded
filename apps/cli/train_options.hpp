// What all kinds of training have in common on the command line: the optimizer, the schedule, the
// directory that is written, the log and the progress.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "cli/app.hpp"
#include "train/loop.hpp"

namespace nlp::cli {

class TrainOptions {
 public:
  struct Defaults {
    double learning_rate = 1e-4;
    double epochs = 1;
    std::int64_t batch_tokens = 4096;
    std::int64_t max_length = 128;
    std::int64_t warmup = 100;
    double dropout = 0.1;
    bool smooths = true;  // --label-smoothing: what is learnt are labels
  };
  TrainOptions(App& app, const Defaults& defaults);

  std::filesystem::path directory() const { return directory_; }
  std::int64_t batch_tokens() const { return batch_tokens_; }
  std::int64_t max_length() const { return max_length_; }
  // Of a model that takes fewer tokens, its own number where --max-length is not given.
  // Throws Error{usage} where it is.
  void fit_max_length(std::int64_t model_tokens);
  int threads() const;
  std::uint64_t seed() const { return seed_; }
  dnn::ComputeType type() const { return type_; }
  double epochs() const { return epochs_; }
  float smoothing() const { return static_cast<float>(smoothing_); }
  bool resume() const { return resume_; }

  // Parameters that do not learn: --freeze.
  void freeze(train::TrainedModel& model) const;
  train::TrainerOptions trainer() const;
  // `more`: what else must be the same for --resume.
  train::LoopOptions loop(const Json& more) const;
  // Runs, with progress on the terminal and the log; tells what was written.
  void run(train::TrainedModel& model, train::Trainer& trainer, train::Objective& objective,
           train::Batches& batches, train::LoopOptions options) const;

 private:
  App& app_;
  std::string directory_, log_;
  std::int64_t steps_ = 0, batch_tokens_, accumulate_ = 1, max_length_, warmup_, save_every_ = 0,
               freeze_ = 0;
  double epochs_, learning_rate_, decay_ = 0.01, clip_ = 1, dropout_, floor_ = 0, smoothing_ = 0;
  double beta1_ = 0.9, beta2_ = 0.999, epsilon_ = 1e-8;
  train::RateSchedule::Kind schedule_ = train::RateSchedule::Kind::linear;
  dnn::ComputeType type_ = dnn::ComputeType::f32;
  std::uint64_t seed_ = 0, max_memory_ = 0;
  bool resume_ = false;
  Option* max_length_option_ = nullptr;
  int threads_ = 0;
};

}  // namespace nlp::cli
