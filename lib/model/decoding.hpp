// What a decoder keeps between two steps.
// Legend: S tokens of the text that was read, t tokens written so far, A heads, D head size.
#pragma once
#include <cstdint>
#include <vector>

#include "tensor/tensor.hpp"

namespace nlp::model {

// The keys and values of a text that was read: made once, shared by all that is written from it.
struct ReadText {
  std::vector<tensor::Tensor> key_value;  // [layers] of [S,2*A*D]
};

// The keys and values of what was written.  A copy goes on by itself.
struct WrittenText {
  std::int64_t size = 0;                      // t
  std::vector<std::vector<float>> key_value;  // [layers] of [t,2*A*D]
};

// One token further: `id` is the last that was written, or the start token.
struct DecoderStep {
  std::int32_t id = 0;
  const ReadText* read = nullptr;
  WrittenText* written = nullptr;
};

}  // namespace nlp::model
