// The names of BERT's encoder, which many families kept.
#pragma once
#include "model/family.hpp"

namespace nlp::model::families {

WeightNames bert_names(std::string_view prefix);

}  // namespace nlp::model::families
