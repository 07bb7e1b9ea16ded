#include "tokenizer/rule.hpp"

#include "tokenizer/parts.hpp"

namespace nlp::tokenizer {

std::string read_rule(const std::filesystem::path& directory) {
  return std::string(read_parts(directory)->model->rule());
}

}  // namespace nlp::tokenizer
