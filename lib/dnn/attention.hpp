// Scaled dot-product attention of one text, all heads.
//   dst[i, head h] = sum over j of P[h,i,j] * v[j,h],
//   P[h,i,:] = softmax(q[i,h] · k[:,h] * scale + term) over the keys that query i sees
// Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.2.1.
// The T x T matrix is never held: a few queries at a time see all keys, or many of them a block of
// keys, so memory is linear in T.
// Legend: T queries, S keys (S = T within a text), A heads, D head size.
#pragma once
#include <cstdint>
#include <limits>
#include <span>

#include "dnn/device.hpp"
#include "dnn/matrix.hpp"

namespace nlp::dnn {

// Something that is added to scaled scores: a bias by distance, a disentangled position score, or
// -infinity for a key that is not seen.
class ScoreTerm {
 public:
  virtual ~ScoreTerm() = default;
  // Called before the first query of a head.
  virtual void begin(std::int64_t /*head*/) const {}
  // scores[k] belongs to key first + k, `query` is counted from query_start.  Called for each head
  // and query: once, or, where keys are worked on in blocks, once for each block.  By one thread
  // for a text; texts may be worked on by several.
  virtual void add(std::int64_t head, std::int64_t query, std::int64_t first,
                   std::span<float> scores) const = 0;
};

struct AttentionShape {
  static constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();

  std::int64_t heads = 0;      // A
  std::int64_t head_size = 0;  // D
  float scale = 1;             // 1 / sqrt(D) in BERT
  // Query i sees the keys [i - before, i + after] only, counted from `query_start`: local windows,
  // or after = 0 for a decoder whose queries begin behind keys kept from earlier calls.
  std::int64_t before = kAll, after = kAll;
  std::int64_t query_start = 0;
};

// query [T,A*D], key and value [S,A*D], dst [T,A*D].
// term: null, or what is added to the scores.
// probabilities: [A,T,S], or null when they are not wanted.
// The kernel is workspace.attention()'s.
// Throws Error{model}: the performer is asked for a term, a window or probabilities.
// A text's rows depend on that text only, to the last bit.
void attention(const AttentionShape& shape, ConstMatrix query, ConstMatrix key, ConstMatrix value,
               Matrix dst, Workspace& workspace, const ScoreTerm* term = nullptr,
               float* probabilities = nullptr);

// The same with query, key and value behind each other in each row: qkv [T,3*A*D].
void attention(const AttentionShape& shape, ConstMatrix qkv, Matrix dst, Workspace& workspace,
               const ScoreTerm* term = nullptr, float* probabilities = nullptr);

}  // namespace nlp::dnn
