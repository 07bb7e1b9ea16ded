#include "task/shared_tokens.hpp"

#include <algorithm>
#include <unordered_map>

namespace nlp::task {
namespace {

struct Part {
  std::size_t left, left_end, right, right_end;
};

struct Run {
  std::size_t left = 0, right = 0, size = 0;
};

class Matcher {
 public:
  Matcher(std::span<const std::int32_t> left, std::span<const std::int32_t> right)
      : left_(left), runs_(right.size() + 1) {
    for (std::size_t j = 0; j < right.size(); ++j) places_[right[j]].push_back(j);
  }

  // The longest run of a part; size 0 where there is none.
  Run longest(const Part& part) {
    Run best;
    std::size_t best_end = 0;  // in left
    ++row_;                    // what other parts left behind does not count
    for (std::size_t i = part.left; i < part.left_end; ++i) {
      ++row_;
      const auto found = places_.find(left_[i]);
      if (found == places_.end()) continue;
      // Backwards, so that the runs up to j - 1 are still those of the token before.
      for (auto at = found->second.rbegin(); at != found->second.rend(); ++at) {
        const std::size_t j = *at;
        if (j < part.right || j >= part.right_end) continue;
        const auto [row, before] = runs_[j];
        const std::size_t size = (row == row_ - 1 && j > part.right ? before : 0) + 1;
        runs_[j + 1] = {row_, size};
        if (size > best.size || (size == best.size && i == best_end)) {
          best = {i + 1 - size, j + 1 - size, size};
          best_end = i;
        }
      }
    }
    return best;
  }

 private:
  struct Ending {
    std::size_t row = 0, size = 0;
  };

  std::span<const std::int32_t> left_;
  std::unordered_map<std::int32_t, std::vector<std::size_t>> places_;  // of an id in right
  std::vector<Ending> runs_;  // [right + 1] the run that ends before each place of right, of a row
  std::size_t row_ = 0;
};

}  // namespace

std::pair<std::vector<std::uint8_t>, std::vector<std::uint8_t>> shared_tokens(
    std::span<const std::int32_t> left, std::span<const std::int32_t> right) {
  std::pair<std::vector<std::uint8_t>, std::vector<std::uint8_t>> shared(left.size(), right.size());
  Matcher matcher(left, right);
  std::vector<Part> parts{{0, left.size(), 0, right.size()}};
  while (!parts.empty()) {
    const Part part = parts.back();
    parts.pop_back();
    const Run run = matcher.longest(part);
    if (run.size == 0) continue;
    std::fill_n(shared.first.begin() + static_cast<std::ptrdiff_t>(run.left), run.size, 1);
    std::fill_n(shared.second.begin() + static_cast<std::ptrdiff_t>(run.right), run.size, 1);
    parts.push_back({part.left, run.left, part.right, run.right});
    parts.push_back({run.left + run.size, part.left_end, run.right + run.size, part.right_end});
  }
  return shared;
}

}  // namespace nlp::task
