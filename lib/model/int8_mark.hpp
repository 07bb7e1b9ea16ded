// How config.json says that the weights are int8 as in nlp-checkpoint(5).
#pragma once
#include <string_view>

namespace nlp::model {

constexpr std::string_view kQuantization = "quantization_config";
// Without `quant_method`: transformers warns of a method that it does not know and then takes the
// numbers as they stand; where none is named it refuses.
constexpr const char* kInt8Rows = R"({"format":"nlp-int8","version":1})";

}  // namespace nlp::model
