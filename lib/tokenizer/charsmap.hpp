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

  // What the longest key that `text` starts with becomes, and the bytes of that key:
  // SentencePiece's own rule.  Nothing where no key starts it.
  struct Match {
    std::string_view text;
    std::size_t size;
  };
  std::optional<Match> find_longest(std::string_view text) const;

  // What the shortest key that `text` starts with becomes, in place of all of `text`: so the
  // reference has it.  Nothing where no key starts it.
  std::optional<std::string_view> find(std::string_view text) const;

 private:
  // each(bytes, replacement) for the keys that `text` starts with, shortest first, until it is
  // true.
  template <class Each>
  void each_key(std::string_view text, Each each) const;

  std::vector<std::uint32_t> units_;
  std::string texts_;
};

}  // namespace nlp::tokenizer
