// Matrices as int8 with a float32 scale for each row: value = q * scale.
#pragma once
#include <cstdint>
#include <span>

namespace nlp::tensor {

// Each row of `src` [N,K], N = scales.size(), into `dst` [N,K] and `scales` [N]: symmetric,
// scale = max|row| / 127 in float32, q = row / scale rounded to nearest, ties to even, in
// [-127, 127]; -128 never occurs.  So int8 checkpoints are written and layers keep their weights.
// A row of zeros, or of values too small for a scale, is zeros with scale 0.  A row that holds an
// infinity or NaN has that for its scale, and zeros: the caller looks at the scales.
void quantize_rows(std::span<const float> src, std::span<std::int8_t> dst, std::span<float> scales);

}  // namespace nlp::tensor
