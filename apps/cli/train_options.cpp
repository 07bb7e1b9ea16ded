#include "cli/train_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "base/cpu.hpp"
#include "base/error.hpp"
#include "cli/memory_limit.hpp"
#include "cli/signals.hpp"
#include "cli/size.hpp"
#include "cli/training_log.hpp"

namespace nlp::cli {
namespace {

constexpr std::int64_t kMostSteps = std::int64_t{1} << 40;
constexpr const char* kGroup = "Training";

std::string duration(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds + 0.5);
  return whole >= 3600 ? fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
                       : fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

TrainOptions::TrainOptions(App& app, const Defaults& defaults)
    : app_(app),
      batch_tokens_(defaults.batch_tokens),
      max_length_(defaults.max_length),
      warmup_(defaults.warmup),
      epochs_(defaults.epochs),
      learning_rate_(defaults.learning_rate),
      dropout_(defaults.dropout) {
  const auto number = [&](const char* name, auto& value, const char* type, auto least, auto most,
                          const char* text) {
    using Value = std::remove_reference_t<decltype(value)>;
    return app.add_option(name, value, text)
        ->type_name(type)
        ->range(static_cast<Value>(least), static_cast<Value>(most))
        ->capture_default_str()
        ->group(kGroup);
  };
  app.add_option("-o,--output", directory_, "The directory of the model that is written")
      ->type_name("DIR")
      ->required();
  auto* steps = number("--steps", steps_, "N", 0, kMostSteps, "Steps; 0: by --epochs");
  number("--epochs", epochs_, "X", 0.0, 1e6, "How often all of the data is seen")->excludes(steps);
  number("--batch-tokens", batch_tokens_, "N", 1, 1 << 24, "Tokens of a batch");
  number("--accumulate", accumulate_, "N", 1, 1 << 16,
         "Batches whose gradients make one step, where a larger batch has no room");
  max_length_option_ = number("--max-length", max_length_, "N", 3, 1 << 16,
                              "Tokens of a text, special ones included");
  number("--lr", learning_rate_, "X", 0.0, 1e3, "The largest learning rate");
  number("--warmup", warmup_, "N", 0, kMostSteps, "Steps in which the rate grows from nothing");
  app.add_choice<train::RateSchedule::Kind>("--schedule", schedule_,
                                            {{"constant", train::RateSchedule::Kind::constant},
                                             {"linear", train::RateSchedule::Kind::linear},
                                             {"cosine", train::RateSchedule::Kind::cosine}},
                                            "How the rate falls after the warm-up")
      ->group(kGroup);
  number("--floor", floor_, "X", 0.0, 1.0, "The share of --lr at which the rate ends");
  number("--weight-decay", decay_, "X", 0.0, 1e3,
         "Decay of weights, decoupled; none of biases and norms");
  number("--clip", clip_, "X", 0.0, 1e9, "The largest norm of a gradient; 0: any");
  number("--beta1", beta1_, "X", 0.0, 0.9999999, "Of Adam's first moments");
  number("--beta2", beta2_, "X", 0.0, 0.9999999, "Of Adam's second moments");
  number("--epsilon", epsilon_, "X", 0.0, 1.0, "Added to the root of Adam's second moments");
  number("--dropout", dropout_, "X", 0.0, 0.99, "Of rows and of attention");
  if (defaults.smooths)
    number("--label-smoothing", smoothing_, "X", 0.0, 0.99,
           "Share of a label given to all classes");
  number("--freeze", freeze_, "N", 0, 1 << 12,
         "Leave the embeddings and the first N - 1 layers as they are; 1: the embeddings alone");
  app.add_choice<dnn::ComputeType>(
         "--dtype", type_, {{"f32", dnn::ComputeType::f32}, {"bf16", dnn::ComputeType::bf16}},
         "Numbers that are multiplied; the model itself is learnt in float32")
      ->group("Compute");
  number("--seed", seed_, "N", 0, ~std::uint64_t{0}, "Of order, masks, dropout and what is new");
  app.add_option("-t,--threads", threads_,
                 "Threads; else as many as the process may use (affinity, cgroup quota)")
      ->type_name("N")
      ->range(1, 4096)
      ->group("Compute");
  add_size(app, "--max-memory", max_memory_,
           "Stop with exit 6 rather than take more memory than this (files mapped for reading are "
           "not counted)")
      ->group("Compute");
  app.after_parse([this] {
    if (max_memory_ > 0) limit_memory(max_memory_);
  });
  number("--save-every", save_every_, "N", 0, kMostSteps,
         "Steps between checkpoints; 0: one, at the end");
  app.add_flag("--resume", resume_, "Go on from the last checkpoint in the directory")
      ->group(kGroup);
  app.add_option("--log", log_, "Write a line of JSON for each step")
      ->type_name("FILE")
      ->group(kGroup);
}

void TrainOptions::fit_max_length(std::int64_t model_tokens) {
  if (model_tokens <= 0 || max_length_ <= model_tokens) return;
  if (max_length_option_->count() > 0)
    throw Error(Kind::usage, fmt::format("--max-length {}: the model takes at most {} tokens",
                                         max_length_, model_tokens));
  max_length_ = model_tokens;
}

int TrainOptions::threads() const { return threads_ > 0 ? threads_ : usable_cpus(); }

void TrainOptions::freeze(train::TrainedModel& model) const {
  if (freeze_ > 0) model.freeze(freeze_);
}

train::TrainerOptions TrainOptions::trainer() const {
  const auto rate = static_cast<float>(dropout_);
  return {.threads = threads(), .dropout = {rate, rate}, .seed = seed_};
}

train::LoopOptions TrainOptions::loop(const Json& more) const {
  train::LoopOptions options;
  options.steps = steps_;
  options.epochs = epochs_;
  options.accumulate = accumulate_;
  options.update.adamw = {.learning_rate = static_cast<float>(learning_rate_),
                          .beta1 = static_cast<float>(beta1_),
                          .beta2 = static_cast<float>(beta2_),
                          .epsilon = static_cast<float>(epsilon_),
                          .decay = static_cast<float>(decay_)};
  options.update.clip = static_cast<float>(clip_);
  options.schedule = {schedule_, warmup_, static_cast<float>(floor_)};
  options.directory = directory_;
  options.save_every = save_every_;
  options.resume = resume_;
  options.recipe = more;
  options.recipe.update(Json{{"--batch-tokens", batch_tokens_},
                             {"--accumulate", accumulate_},
                             {"--max-length", max_length_},
                             {"--steps", steps_},
                             {"--epochs", steps_ > 0 ? 0 : epochs_},
                             {"--lr", learning_rate_},
                             {"--warmup", warmup_},
                             {"--schedule", static_cast<int>(schedule_)},
                             {"--floor", floor_},
                             {"--weight-decay", decay_},
                             {"--clip", clip_},
                             {"--beta1", beta1_},
                             {"--beta2", beta2_},
                             {"--epsilon", epsilon_},
                             {"--dropout", dropout_},
                             {"--label-smoothing", smoothing_},
                             {"--freeze", freeze_},
                             {"--dtype", std::string(dnn::name_of(type_))},
                             {"--seed", seed_}});
  return options;
}

void TrainOptions::run(train::TrainedModel& model, train::Trainer& trainer,
                       train::Objective& objective, train::Batches& batches,
                       train::LoopOptions options) const {
  defer_signals();
  for (const std::string& module : model.begun())
    app_.messages().info(fmt::format("{}: begins at random", module));
  TrainingLog log(log_, resume_ ? directory() : std::filesystem::path());
  train::StepReport last;
  {
    Progress progress(app_.messages(), false, "step");
    options.check = [] { check_signals(); };
    options.report = [&](const train::StepReport& report) {
      last = report;
      log.write(report);
      progress.show(fmt::format("step {}, loss {:.4f}, {:.0f} tokens/s, {:.1f} %, {} left",
                                report.step, report.loss, report.tokens_per_second,
                                100 * report.progress, duration(report.seconds_left)));
    };
    train::run_training(model, trainer, objective, batches, options);
  }
  app_.messages().info(
      fmt::format("{}: written after step {}, loss {:.4f}", directory_, last.step, last.loss));
}

}  // namespace nlp::cli
