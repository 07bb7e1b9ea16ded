// The files that say how texts become vectors (sentence-transformers).
#pragma once
#include <cstdint>
#include <filesystem>

namespace nlp::train {

// Copies them from `source`, or, where it has none, writes those of mean pooling and vectors of
// length 1.  Returns whether rows are averaged; else the first one is taken.
// Throws Error{model} for modules that cannot be trained, Error{io}.
bool begin_sentence_files(const std::filesystem::path& source,
                          const std::filesystem::path& directory, std::int64_t max_tokens);

}  // namespace nlp::train
