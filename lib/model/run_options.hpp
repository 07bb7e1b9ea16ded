// How a model computes, as against what it is.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "dnn/attention_options.hpp"
#include "dnn/compute_type.hpp"

namespace nlp::dnn {
class Profile;
}

namespace nlp::model {

// How far a text's rows are from those of exact attention.
struct AttentionError {
  std::int64_t tokens = 0;     // of the text
  std::vector<double> layers;  // [L]: |rows - exact rows| / |exact rows| behind each layer
};

// How a checkpoint is made ready to compute.
struct OpenOptions {
  dnn::ComputeType type = dnn::ComputeType::f32;  // of linear layers, whatever the file holds
  // The directory where packed weights are kept for the next start; empty: nowhere.  Whether they
  // come from there changes no result.
  std::filesystem::path cache = {};
  std::function<void(const std::string&)> tell = {};  // of the cache, for -v; by any thread
};

struct RunOptions {
  int threads = 1;  // what one forward pass may use
  dnn::AttentionOptions attention;
  // Not empty: called once, with the error of the first text that is encoded.  Costs that text's
  // computation twice more.
  std::function<void(const AttentionError&)> tell_error;
  dnn::Profile* profile = nullptr;  // where the time goes, or nullptr; it outlives the workspace
};

}  // namespace nlp::model
