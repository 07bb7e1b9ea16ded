#include "train/loop.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/error.hpp"

namespace nlp::train {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point then) {
  return std::chrono::duration<double>(Clock::now() - then).count();
}

class Run {
 public:
  Run(TrainedModel& model, Trainer& trainer, Objective& objective, Batches& batches,
      const LoopOptions& options)
      : model_(model),
        trainer_(trainer),
        objective_(objective),
        batches_(batches),
        options_(options) {}

  void run() {
    state_.recipe = options_.recipe;
    if (options_.resume) go_on();
    began_ = Clock::now();
    first_progress_ = progress();
    while (!ended() && step()) {
    }
    if (options_.dev && last_dev_ != state_.step) measure(nullptr);
    if (options_.dev && state_.best_step != state_.step) restore_best();
    model_.write(options_.directory);
    std::error_code ignored;
    std::filesystem::remove(options_.directory / kStateFile, ignored);
  }

 private:
  void go_on() {
    const Json now = state_.recipe;
    state_ = read_state(options_.directory, model_.parameters());
    check_recipe(state_.recipe, now, options_.directory);
    batches_.seek(state_.position);
  }

  double progress() const {
    return options_.steps > 0
               ? static_cast<double>(state_.step) / static_cast<double>(options_.steps)
               : batches_.epochs() / options_.epochs;
  }
  bool ended() const {
    if (options_.patience > 0 && state_.worse >= options_.patience) return true;
    return options_.steps > 0 ? state_.step >= options_.steps
                              : batches_.epochs() >= options_.epochs;
  }

  bool step() {
    if (options_.check) options_.check();
    const auto begun = Clock::now();
    const double progress_before = progress(), epochs_before = batches_.epochs();
    parts_.resize(static_cast<std::size_t>(options_.accumulate));
    std::size_t count = 0;
    while (count < parts_.size() && batches_.next(parts_[count])) ++count;
    if (count == 0) {
      if (state_.step == 0) throw Error(Kind::data, "training: there is nothing to learn from");
      return false;
    }
    const std::span parts = std::span(parts_).first(count);
    const std::int64_t number = state_.step + 1;
    StepResult result = trainer_.gradients(parts, objective_, number);
    Update update = options_.update;
    update.adamw.learning_rate *= options_.schedule.factor(number, progress_before);
    trainer_.update(update, number, result);
    state_.step = number;

    StepReport report{number,
                      result.loss,
                      double{update.adamw.learning_rate},
                      result.diff_norm,
                      static_cast<double>(result.tokens) / seconds_since(begun),
                      batches_.epochs(),
                      std::min(progress(), 1.0),
                      0,
                      std::nullopt};
    const double made = progress() - first_progress_;
    if (made > 0)
      report.seconds_left = seconds_since(began_) * std::max(0.0, 1 - progress()) / made;
    const bool epoch_ends = std::floor(batches_.epochs()) > std::floor(epochs_before);
    if (options_.dev && (options_.dev_every > 0 ? number % options_.dev_every == 0 : epoch_ends))
      measure(&report);
    if (options_.report) options_.report(report);
    if (options_.save_every > 0 && number % options_.save_every == 0) save();
    return true;
  }

  void save() {
    state_.position = batches_.position();
    // The state last: where it stands, there is a model to read.  The numbers it goes on with are
    // its own.
    model_.write(options_.directory);
    write_state(options_.directory, state_, model_.parameters());
  }

  void measure(StepReport* report) {
    const double result = options_.dev();
    last_dev_ = state_.step;
    if (report) report->dev = result;
    if (state_.best && result <= *state_.best) {
      ++state_.worse;
      return;
    }
    state_.worse = 0;
    state_.best = result;
    state_.best_step = state_.step;
    Parameters& parameters = model_.parameters();
    const auto keep = [](const tensor::Tensor& from, std::vector<float>& to) {
      to.assign(from.values().begin(), from.values().end());
    };
    keep(parameters.matrix_stretch().values, state_.best_matrices);
    keep(parameters.vector_stretch().values, state_.best_vectors);
  }

  void restore_best() {
    if (state_.best_matrices.empty()) return;
    Parameters& parameters = model_.parameters();
    std::ranges::copy(state_.best_matrices, parameters.matrix_stretch().values.data());
    std::ranges::copy(state_.best_vectors, parameters.vector_stretch().values.data());
    parameters.round_all();
  }

  TrainedModel& model_;
  Trainer& trainer_;
  Objective& objective_;
  Batches& batches_;
  const LoopOptions& options_;
  TrainingState state_;
  std::vector<std::vector<Example>> parts_;
  std::int64_t last_dev_ = -1;
  Clock::time_point began_;
  double first_progress_ = 0;
};

}  // namespace

void run_training(TrainedModel& model, Trainer& trainer, Objective& objective, Batches& batches,
                  const LoopOptions& options) {
  Run(model, trainer, objective, batches, options).run();
}

}  // namespace nlp::train
