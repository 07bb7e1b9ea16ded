// What a checkpoint is, told without making it ready to compute: no weight is read.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "model/config.hpp"

namespace nlp::model {

struct Survey {
  Config config;
  std::vector<Head> heads;       // that have weights
  bool has_decoder = false;      // that has weights
  std::uint64_t parameters = 0;  // values of all tensors of floats; those stored twice count once
  std::map<std::string, std::uint64_t> types;  // the same by type in the file: "float32", "int8"
  std::uint64_t bytes = 0;                     // of the files of weights
};

// Throws Error{model} as read_config and Checkpoint::open do.
Survey survey(const std::filesystem::path& directory);

}  // namespace nlp::model
