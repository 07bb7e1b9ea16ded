// The performer: softmax attention by positive random features, in time and memory linear in T.
//   exp(q·k) = E over w of exp(w·q - |q|²/2) exp(w·k - |k|²/2),  w normal,
// so that sums over keys are taken once for each feature instead of once for each query.
// Source: Choromanski et al. 2021, arXiv:2009.14794, section 2 (FAVOR+).
//
// The variance grows with exp(|q + k|²), so queries and keys are made as short as softmax allows,
// which does not change when
//   - one vector is taken from all keys: their mean;
//   - one vector c is taken from all queries and q·k is given back: the weight exp(c·k) of a key;
//   - queries are multiplied by a number and keys divided by it: both get the same mean square.
// In place of the paper's small constant for stability each feature has the exponent of its largest
// key taken out and given back to the queries, so that no sum of weights is below 1.
#pragma once
#include "dnn/attention.hpp"

namespace nlp::dnn {

// See attention(); no term, no window, shape.scale > 0.  Takes workspace.attention().features
// directions of random_features.hpp, the same for all heads.
// A text's rows depend on that text only, to the last bit.
void performer_attention(const AttentionShape& shape, ConstMatrix query, ConstMatrix key,
                         ConstMatrix value, Matrix dst, Workspace& workspace);

}  // namespace nlp::dnn
