// Tokens that are cut out of the text before anything else looks at it.
// Source: the added tokens of tokenizer.json; matching as in Hugging Face tokenizers: leftmost,
// then longest, and a match cannot overlap the one before.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "text/span.hpp"

namespace nlp::tokenizer {

struct AddedToken {
  std::int32_t id = 0;
  std::string content;
  bool single_word = false;  // no word character may touch it
  bool lstrip = false;       // takes the white space before it
  bool rstrip = false;       // takes the white space behind it
  bool normalized = false;   // is looked for in the normalised text
  bool special = false;
  bool hidden = false;  // is left out of decoded text: special, and not changed by normalisation
};

// A part of a text: between added tokens, or one of them.
struct Cut {
  text::Span span;
  std::int32_t id;  // -1: ordinary text
};

class AddedTokenMatcher {
 public:
  // `content` may differ from the token's own: normalised tokens are looked for in normalised form.
  // An empty one is never found; of two that are the same the first is (the reference takes any).
  void add(const AddedToken& token, std::string_view content);
  bool empty() const { return patterns_.empty(); }

  // Cuts `text` into parts, in order; empty parts between tokens are left out.  Linear in the text
  // for a given set of tokens.  `special`: also at special tokens; else they are ordinary text.
  void cut(std::string_view text, std::vector<Cut>& dst, bool special = true) const;

 private:
  struct Pattern {
    AddedToken token;
    std::size_t size;
  };
  int longest_at(std::string_view text, std::size_t at) const;  // pattern, or -1

  std::vector<Pattern> patterns_;
  std::unordered_map<std::uint64_t, std::uint32_t> next_;  // node and byte -> node; 0 is the root
  std::vector<int> ends_ = {-1};                           // pattern that ends in a node
  bool starts_[256] = {};
};

}  // namespace nlp::tokenizer
