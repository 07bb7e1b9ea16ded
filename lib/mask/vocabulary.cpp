#include "mask/vocabulary.hpp"

namespace nlp::mask {

std::vector<std::int32_t> ordinary_ids(const tokenizer::Tokenizer& tokenizer) {
  std::vector<std::int32_t> result;
  for (std::int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    if (!tokenizer.is_special(id) && !tokenizer.token_of(id).empty()) result.push_back(id);
  }
  return result;
}

}  // namespace nlp::mask
