// A training run: step by step, with a learning rate that changes, checkpoints that are whole, a
// development set that may end it, and going on as if it had never stopped.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "train/batches.hpp"
#include "train/rate_schedule.hpp"
#include "train/trainer.hpp"
#include "train/training_state.hpp"

namespace nlp::train {

struct StepReport {
  std::int64_t step = 0;
  double loss = 0, learning_rate = 0, diff_norm = 0, tokens_per_second = 0, epochs = 0;
  double progress = 0;        // [0,1], of the run
  double seconds_left = 0;    // by the speed so far
  std::optional<double> dev;  // the development set's result, where it was asked for
};

struct LoopOptions {
  std::int64_t steps = 0;       // 0: by epochs
  double epochs = 0;            // where steps is 0
  std::int64_t accumulate = 1;  // batches of a step
  Update update;                // its learning rate is the schedule's full one
  RateSchedule schedule;
  std::filesystem::path directory;  // where the model and its state are written
  std::int64_t save_every = 0;      // steps; 0: at the end only
  bool resume = false;
  Json recipe;  // see TrainingState
  // Where there is a development set: called every `dev_every` steps, or where that is 0 in the
  // step that ends an epoch, and at the end; more is better.  The model that is written at the end
  // is the best one.
  std::function<double()> dev;
  std::int64_t dev_every = 0;
  std::int64_t patience = 0;  // results in a row that may be no better; 0: any number
  std::function<void(const StepReport&)> report;
  std::function<void()> check;  // before each step; may throw, and the last checkpoint stays
};

// Throws what trainer, batches and the disk throw; the last checkpoint is whole then.
void run_training(TrainedModel& model, Trainer& trainer, Objective& objective, Batches& batches,
                  const LoopOptions& options);

}  // namespace nlp::train
