#include "tensor/broadcast.hpp"

namespace nlp::tensor {

std::optional<std::vector<std::int64_t>> broadcast_steps(const Shape& from, const Shape& to) {
  if (from.size() > to.size()) return std::nullopt;
  std::vector<std::int64_t> steps(to.size(), 0);
  std::int64_t step = 1;
  for (std::size_t k = 1; k <= from.size(); ++k) {
    const std::int64_t extent = from[from.size() - k];
    if (extent != 1 && extent != to[to.size() - k]) return std::nullopt;
    if (extent != 1) steps[to.size() - k] = step;
    step *= extent;
  }
  return steps;
}

}  // namespace nlp::tensor
