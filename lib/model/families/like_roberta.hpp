// What RoBERTa brought and its relatives kept.
#pragma once
#include "model/family.hpp"

namespace nlp::model::families {

// The masked-LM head named lm_head, the sequence head with its own dense layer, the pad token.
void set_roberta_heads(Family& family);

// Positions counted from the row behind the pad token's.
void read_positions_behind_pad(const ConfigReader& reader, Config& config);

}  // namespace nlp::model::families
