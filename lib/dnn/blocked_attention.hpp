// Attention over blocks of keys, each seen by many queries while it is in the cache.  The largest
// score and the sum of a query run along, and what was summed before shrinks when a larger score
// comes: the exact softmax, in another order of the sums.
// Source: Dao et al. 2022, arXiv:2205.14135, algorithm 1; Milakov and Gimelshein 2018,
// arXiv:1805.02867, section 3.
#pragma once
#include "dnn/attention.hpp"

namespace nlp::dnn {

// See attention().  Beside what it is given it takes memory for one block, whatever T and S are.
// A query that sees no key gets zeros.
void blocked_attention(const AttentionShape& shape, ConstMatrix query, ConstMatrix key,
                       ConstMatrix value, Matrix dst, Workspace& workspace, const ScoreTerm* term,
                       float* probabilities);

}  // namespace nlp::dnn
