// What is asked of a checkpoint before any of it is read.
#pragma once
#include <fmt/format.h>

#include <array>
#include <string>

#include "model/config.hpp"
#include "model/family.hpp"

namespace nlp::model {

inline constexpr std::array kHeads = {
    Head::masked_lm,          Head::token_classification, Head::sequence_classification,
    Head::question_answering, Head::next_sentence,        Head::replaced_token};

// A module that every checkpoint with these names has.
inline std::string probe_of(const WeightNames& names) {
  if (!names.embeddings_norm.empty()) return std::string(names.embeddings_norm);
  return fmt::format(fmt::runtime(names.layer), 0, 0) + std::string(names.output_norm);
}

}  // namespace nlp::model
