// In how many bits rows of bytes differ from one other row.
// Legend: N rows, W bytes of a row.
#pragma once
#include <cstdint>
#include <span>

namespace nlp::dnn {

// dst[n] <- the bits in which rows[n] [W] differs from query [W].  Rows lie one behind the other,
// at any address.
void hamming(const std::uint8_t* rows, std::span<const std::uint8_t> query,
             std::span<std::int32_t> dst);

}  // namespace nlp::dnn
