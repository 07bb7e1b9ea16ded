// One text, or pair of texts, on its way into training or evaluation.
// Legend: T tokens, special ones included; C labels.
#pragma once
#include <cstdint>
#include <vector>

namespace nlp::train {

struct Example {
  std::vector<std::int32_t> ids;       // [T]
  std::vector<std::int32_t> type_ids;  // [T]
  std::vector<std::uint8_t> special;   // [T]: 1 where the template put the token
  std::vector<std::int32_t> words;  // [T]: neighbours with the same number are one word; -1: none
  // What is to be learnt: masked tokens and token classes [T], a text's class [1], an answer's
  // first and last token [2]; mask::kIgnored where there is nothing to learn.
  std::vector<std::int32_t> labels;
  std::vector<float> scores;  // of a text or pair: a number to fit, or one for each of many labels
  // [C], or empty: 1 for classes that nobody marked in the set this comes from, so that an `O` of
  // it may be one of them.  Their logits are left out of the softmax at this text's tokens, and get
  // no gradient.  No label is one of them.
  std::vector<std::uint8_t> absent;
};

}  // namespace nlp::train
