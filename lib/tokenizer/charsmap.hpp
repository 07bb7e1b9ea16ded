// The character map of SentencePiece: which characters become which others.
// Source: `precompiled_charsmap` of sentencepiece_model.proto: the size of a double array (uint32),
// the array (darts-clone units, uint32), then texts that end in NUL; all little-endian.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nlp::tokenizer {

class Charsmap {
 public:
  // Throws Error{model} `where: ...` where the blob cannot be such a map.
  Charsmap(std::string_view blob, const std::string& where);

  // What the shortest key that `text` starts with becomes, in place of all of `text`: so the
  // reference has it.  Nothing where no key starts it.
  std::optional<std::string_view> find(std::string_view text) const;

 private:
  std::vector<std::uint32_t> units_;
  std::string texts_;
};

}  // namespace nlp::tokenizer
