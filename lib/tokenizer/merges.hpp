// Which two tokens become one, and in which order.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/vocabulary.hpp"

namespace nlp::tokenizer {

class Merges {
 public:
  struct Merge {
    std::uint32_t rank = kNone;  // lower goes first
    std::int32_t id = -1;        // of the new token
  };
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Rule {
    std::string_view left, right;
  };

  // The rules in the order of their ranks.  The new token is the left one with the right one behind
  // it, the latter without its first `skip` bytes.  Of two rules for one pair the later counts.
  // Throws Error{model} `where: ...` where a token is not in the vocabulary.
  Merges(const std::vector<Rule>& rules, const Vocabulary& vocabulary, std::size_t skip,
         const std::string& where);

  Merge find(std::int32_t left, std::int32_t right) const;

 private:
  struct Slot {
    std::int32_t left = -1;
    std::int32_t right = -1;
    Merge merge;
  };
  std::size_t slot_of(std::int32_t left, std::int32_t right) const;

  std::vector<Slot> slots_;  // a power of two, half of them empty or more
};

}  // namespace nlp::tokenizer
