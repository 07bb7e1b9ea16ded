// What a run needs to go on where it was: one file, whole or not there, in the directory of the
// model.  Its tensors are values and moments of all parameters, its metadata the rest.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "train/parameters.hpp"

namespace nlp::train {

constexpr const char* kStateFile = "training.safetensors";

struct TrainingState {
  std::int64_t step = 0;       // that were made
  Json position;               // of the batches
  Json recipe;                 // what must be the same to go on
  std::optional<double> best;  // result of the development set, where there is one
  std::int64_t best_step = 0;
  std::int64_t worse = 0;                          // results in a row since then
  std::vector<float> best_matrices, best_vectors;  // the values then; empty: none
};

// Throws Error{io}.
void write_state(const std::filesystem::path& directory, const TrainingState& state,
                 Parameters& parameters);
// Throws Error{data} where there is no state to go on with.
void require_state(const std::filesystem::path& directory);
// Throws Error{usage} where a run has left its state: beginning anew would destroy it.
void refuse_state(const std::filesystem::path& directory);
// Fills the parameters too.  Throws Error{data}: no state there, of another model, or broken.
TrainingState read_state(const std::filesystem::path& directory, Parameters& parameters);

// Throws Error{usage} naming the first thing in which the recipes differ.
void check_recipe(const Json& then, const Json& now, const std::filesystem::path& directory);

}  // namespace nlp::train
