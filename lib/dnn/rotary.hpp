// Rotary position embeddings: pairs of a head's values are turned by an angle that grows with the
// position, so that products of queries and keys depend on their distance.
//   x[k]       <- x[k] * cos a - x[k + D/2] * sin a
//   x[k + D/2] <- x[k + D/2] * cos a + x[k] * sin a,    a = position * base^(-2k/D), k < D/2
// Source: Su et al. 2021, arXiv:2104.09864, section 3.4; the halves paired as in GPT-NeoX and the
// reference's apply_rotary_pos_emb.
// Legend: T tokens of a text, A heads, D head size (even).
#pragma once
#include <cstdint>

#include "dnn/matrix.hpp"

namespace nlp::dnn {

// rotation becomes [T,D]: the cosines of a position, then its sines.
void make_rotation(float base, std::int64_t head_size, std::int64_t tokens,
                   tensor::Tensor& rotation);

// Turns rows [T,A*D] in place, row t by the angles of position t.  rotation has T rows or more.
void rotate(const tensor::Tensor& rotation, std::int64_t heads, Matrix rows);

}  // namespace nlp::dnn
