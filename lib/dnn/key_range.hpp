// Which keys a query sees.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "dnn/attention.hpp"

namespace nlp::dnn {

struct KeyRange {
  std::size_t first, last;
};

// The keys [first, last) of `keys` that a query sees.  Neither end falls from one query to the
// next.
inline KeyRange visible(const AttentionShape& shape, std::int64_t query, std::size_t keys) {
  const std::int64_t at = shape.query_start + query, count = static_cast<std::int64_t>(keys);
  const std::int64_t first = at > shape.before ? at - shape.before : 0;
  const std::int64_t last = shape.after < count - at ? at + shape.after + 1 : count;
  return {static_cast<std::size_t>(std::min(first, count)),
          static_cast<std::size_t>(std::clamp<std::int64_t>(last, 0, count))};
}

}  // namespace nlp::dnn
