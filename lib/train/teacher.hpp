// Vectors that another model has for the same texts.
#pragma once
#include <filesystem>
#include <vector>

#include "train/data/pairs.hpp"

namespace nlp::train {

// examples[k].scores become the teacher's vector of the set's text k, of length 1.
// Throws what opening a model does, and Error{data} for a text that the teacher does not take.
void set_teacher_vectors(const std::filesystem::path& teacher, const PairSet& set, int threads,
                         std::vector<Example>& examples);

}  // namespace nlp::train
