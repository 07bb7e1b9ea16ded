#include "base/nearest.hpp"

#include <algorithm>
#include <utility>

namespace nlp {

std::size_t edit_distance(std::string_view left, std::string_view right) {
  const std::size_t width = right.size() + 1;
  std::vector<std::size_t> before(width), last(width), row(width);
  for (std::size_t k = 0; k < width; ++k) last[k] = k;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j < width; ++j) {
      const std::size_t differs = left[i - 1] == right[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + differs});
      if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[right.size()];
}

std::vector<std::string> nearest(std::string_view name,
                                 std::span<const std::string_view> candidates, std::size_t most) {
  std::vector<std::pair<std::size_t, std::size_t>> order;  // distance, place
  for (std::size_t k = 0; k < candidates.size(); ++k)
    order.emplace_back(edit_distance(name, candidates[k]), k);
  std::sort(order.begin(), order.end());
  std::vector<std::string> names;
  for (std::size_t k = 0; k < std::min(most, order.size()); ++k)
    names.emplace_back(candidates[order[k].second]);
  return names;
}

}  // namespace nlp
