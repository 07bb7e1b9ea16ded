// The files beside a model's weights.
#pragma once
#include <filesystem>

namespace nlp::train {

// Makes the directory, with those above it, and copies what a tokenizer is made of from `source`,
// unless it is the same directory.  Throws Error{io}.
void begin_directory(const std::filesystem::path& source, const std::filesystem::path& directory);

}  // namespace nlp::train
