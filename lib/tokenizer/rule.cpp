#include "tokenizer/rule.hpp"

#include "tokenizer/bpe.hpp"
#include "tokenizer/parts.hpp"
#include "tokenizer/unigram.hpp"
#include "tokenizer/word_level.hpp"
#include "tokenizer/wordpiece.hpp"

namespace nlp::tokenizer {

std::string read_rule(const std::filesystem::path& directory) {
  const auto parts = read_parts(directory);
  const TokenModel* model = parts->model.get();
  if (dynamic_cast<const WordPiece*>(model) != nullptr) return "WordPiece";
  if (dynamic_cast<const Bpe*>(model) != nullptr) return "BPE";
  if (dynamic_cast<const Unigram*>(model) != nullptr) return "Unigram";
  return dynamic_cast<const WordLevel*>(model) != nullptr ? "WordLevel" : "";
}

}  // namespace nlp::tokenizer
