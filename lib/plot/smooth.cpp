#include "plot/smooth.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nlp::plot {

std::vector<double> smooth(std::span<const double> x, std::span<const double> y, double span) {
  const std::size_t count = y.size();
  std::vector<double> sums(count), weights(count);
  // Once from each side; a place itself counts in the first pass.
  const auto pass = [&](bool forward) {
    double sum = 0, weight = 0;
    for (std::size_t n = 0; n < count; ++n) {
      const std::size_t k = forward ? n : count - 1 - n;
      if (n > 0) {
        const double distance = std::abs(x[k] - x[forward ? k - 1 : k + 1]);
        const double decay = std::exp(-distance / span);
        sum *= decay;
        weight *= decay;
      }
      const bool is_number = !std::isnan(y[k]);
      if (forward && is_number) sum += y[k], weight += 1;
      sums[k] += sum;
      weights[k] += weight;
      if (!forward && is_number) sum += y[k], weight += 1;
    }
  };
  pass(true);
  pass(false);
  std::vector<double> means(count, std::numeric_limits<double>::quiet_NaN());
  for (std::size_t k = 0; k < count; ++k)
    if (!std::isnan(y[k])) means[k] = sums[k] / weights[k];
  return means;
}

std::vector<std::size_t> thinned(std::span<const double> places, std::span<const double> values) {
  std::vector<std::size_t> kept;
  const std::size_t count = values.size();
  for (std::size_t begin = 0, end = 0; begin < count; begin = end) {
    const double column = std::floor(places[begin]);
    std::size_t least = begin, greatest = begin;
    std::vector<std::size_t> some = {begin};
    for (end = begin; end < count && std::floor(places[end]) == column; ++end) {
      const bool gap = std::isnan(values[end]);
      const bool edge = end > begin && gap != std::isnan(values[end - 1]);
      if (edge) some.insert(some.end(), {end - 1, end});
      if (gap) continue;
      if (!(values[end] >= values[least])) least = end;
      if (!(values[end] <= values[greatest])) greatest = end;
    }
    some.insert(some.end(), {least, greatest, end - 1});
    std::ranges::sort(some);
    some.erase(std::unique(some.begin(), some.end()), some.end());
    kept.insert(kept.end(), some.begin(), some.end());
  }
  return kept;
}

}  // namespace nlp::plot
