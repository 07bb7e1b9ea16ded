// The rows of a corpus that are nearest to queries: exact, every row is looked at.
// Source: sentence-transformers: util.semantic_search, util.cos_sim, util.dot_score; for bits
// semantic_search_faiss.
// Legend: R rows, E numbers of a vector, Q queries.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "base/thread_team.hpp"
#include "dnn/matrix.hpp"
#include "task/best_matches.hpp"
#include "task/quantize.hpp"

namespace nlp::task {

enum class Similarity : std::uint8_t { cosine, dot };

// A query's `most` best rows, best first; of equal scores the lower row first.  Rows that are no
// numbers (NaN) match nothing.
using Matches = std::vector<std::vector<Match>>;  // [Q]

// Both may be asked by several threads; each question takes all of `threads`.  A query's result
// does not depend on them, nor on the other queries.

// Rows of numbers, which stay where they are as long as this lives.
class NearestRows {
 public:
  class Rows;  // how the numbers are kept

  // rows [R,E] of float32.
  NearestRows(dnn::ConstMatrix rows, Similarity similarity, int threads);
  // rows: [R,E] bytes that quantize() made with `ranges`, int8 or uint8.  They are compared as what
  // they stand for (byte_scale()), the queries are not quantized.
  NearestRows(std::span<const std::uint8_t> rows, Precision precision, const Ranges& ranges,
              Similarity similarity, int threads);
  ~NearestRows();

  // queries: each [E].
  Matches operator()(std::span<const std::vector<float>> queries, std::int64_t most);

 private:
  NearestRows(std::unique_ptr<const Rows> rows, Similarity similarity, int threads);
  // Of the rows [first, last): what their products are multiplied by.
  std::span<const float> factors(std::int64_t first, std::int64_t last);

  std::unique_ptr<const Rows> rows_;
  Similarity similarity_;
  std::int64_t block_;                // rows worked on at once: they stay in the cache
  std::vector<float> factors_;        // [R], of cosine: 1 / length
  std::vector<unsigned char> known_;  // the blocks whose factors are there
  ThreadTeam team_;
  std::mutex mutex_;
};

// Rows of bits, as quantize() makes them: of numbers > 0 the sign is kept.
class NearestBits {
 public:
  // rows: [R] of ceil(E/8) bytes, which stay where they are.  flipped: with their highest bit the
  // other way round, as `binary` has them in place of `ubinary`.
  NearestBits(std::span<const std::uint8_t> rows, std::int64_t size, bool flipped, int threads);

  // Scores are 1 - 2 * differing bits / E: the cosine of vectors of 1 and -1.
  // rescore > 0: of the rescore * most best by bits the best by the query's own numbers; the score
  // is then the cosine of the query with a row's 1 and -1.
  Matches operator()(std::span<const std::vector<float>> queries, std::int64_t most,
                     std::int64_t rescore = 0);

 private:
  float cosine(std::span<const float> query, std::int64_t row) const;

  std::span<const std::uint8_t> rows_;
  std::int64_t size_, width_, count_;
  std::uint8_t flip_;
  ThreadTeam team_;
  std::mutex mutex_;
};

}  // namespace nlp::task
