// Which layers an option names.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace nlp::cli {

// `all`, or numbers separated by commas: 0 the embeddings, `layers` the last one, negative ones
// from the end.  Ascending, none twice.  Throws Error{usage} for what is no layer.
std::vector<std::int64_t> parse_layers(const std::string& text, std::int64_t layers);

}  // namespace nlp::cli
