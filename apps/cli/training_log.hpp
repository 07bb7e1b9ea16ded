// A training run's steps as JSON Lines: {"step", "loss", "lr", "tokens_per_second", "grad_norm",
// "epoch"}, with "dev", the loss of the development set, where that was measured.
#pragma once
#include <cstdio>
#include <filesystem>
#include <string>

#include "train/loop.hpp"

namespace nlp::cli {

class TrainingLog {
 public:
  // No file for an empty name.  `resumed`: not empty where a run goes on: lines of steps behind its
  // last checkpoint are dropped, as these steps come again.
  // Throws Error{io}; Error{data} for a log that is none.
  TrainingLog(const std::string& file, const std::filesystem::path& resumed);
  ~TrainingLog();
  TrainingLog(const TrainingLog&) = delete;
  TrainingLog& operator=(const TrainingLog&) = delete;

  void write(const train::StepReport& report);

 private:
  void cut(std::int64_t first_step);

  std::string name_;
  bool resumed_;
  std::FILE* file_ = nullptr;
};

}  // namespace nlp::cli
