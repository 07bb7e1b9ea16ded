// One block of a checkpoint's encoder, taken out of it.
#pragma once
#include <cstdint>
#include <filesystem>

#include "model/encoder_block.hpp"

namespace nlp::model {

struct BlockWeights {
  tensor::NamedTensors tensors;  // named as EncoderBlock wants them
  EncoderBlockOptions options;
};

// The block of `layer`, counted from 1, of the checkpoint in a directory.
// Throws Error{model}: the checkpoint cannot be read, has fewer layers, or its family's blocks have
// parts that EncoderBlock has not (rotated queries, gates, scores by distance, …).
BlockWeights read_block_weights(const std::filesystem::path& directory, std::int64_t layer);

}  // namespace nlp::model
