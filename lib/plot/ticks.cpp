#include "plot/ticks.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace nlp::plot {
namespace {
// Places that are meant to be equal differ by rounding.
constexpr double kSlack = 1e-9;

std::vector<double> multiples(Range range, double step) {
  std::vector<double> found;
  const double first = std::ceil(range.low / step - kSlack);
  const double last = std::floor(range.high / step + kSlack);
  // Through text, so that 3 * 0.1 is 0.3.
  for (double k = first; k <= last; ++k)
    found.push_back(k == 0 ? 0 : std::strtod(fmt::format("{:.12g}", k * step).c_str(), nullptr));
  return found;
}

std::vector<double> decades(Range range, std::vector<double> factors, int every = 1) {
  std::vector<double> found;
  const int first = static_cast<int>(std::floor(std::log10(range.low))) - 1;
  const int last = static_cast<int>(std::ceil(std::log10(range.high)));
  for (int exponent = first; exponent <= last; ++exponent) {
    if (exponent % every != 0) continue;
    for (const double factor : factors) {
      const double value = std::strtod(fmt::format("{}e{}", factor, exponent).c_str(), nullptr);
      if (value >= range.low * (1 - kSlack) && value <= range.high * (1 + kSlack))
        found.push_back(value);
    }
  }
  return found;
}

// "5e-4", "1.5e6".
std::string scientific(double value) {
  const std::string text = fmt::format("{:.5e}", value);
  const auto at = text.find('e');
  return fmt::format("{:g}e{}", std::strtod(text.substr(0, at).c_str(), nullptr),
                     std::atoi(text.c_str() + at + 1));
}

std::size_t decimals_of(double value) {
  const std::string text = fmt::format("{:.9f}", value);
  const auto last = text.find_last_not_of('0');
  return last - text.find('.');
}
}  // namespace

std::vector<double> linear_ticks(Range range, int most) {
  const double extent = range.high - range.low;
  const double least = extent / most;
  double power = std::pow(10, std::floor(std::log10(least)) - 1);
  for (;; power *= 10)
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double step = std::strtod(fmt::format("{:.3g}", factor * power).c_str(), nullptr);
      if (step < least / 2) continue;
      auto ticks = multiples(range, step);
      if (ticks.size() <= static_cast<std::size_t>(most)) return ticks;
    }
}

std::vector<double> log_ticks(Range range, int most) {
  const auto room = static_cast<std::size_t>(most);
  const auto powers = decades(range, {1});
  if (powers.size() >= 3) {
    for (int every = 1;; ++every)
      if (auto ticks = decades(range, {1}, every); ticks.size() <= room) return ticks;
  }
  auto ticks = decades(range, {1, 2, 5});
  if (ticks.size() >= 3 && ticks.size() <= room) return ticks;
  return ticks.size() > room ? powers : linear_ticks(range, most);
}

std::vector<double> minor_log_ticks(Range range) {
  if (range.high / range.low > 1e12) return {};
  return decades(range, {2, 3, 4, 5, 6, 7, 8, 9});
}

std::vector<std::string> tick_labels(const std::vector<double>& values, bool logarithmic) {
  double largest = 0, smallest = INFINITY;
  std::size_t decimals = 0;
  for (const double value : values) {
    largest = std::max(largest, std::abs(value));
    if (value != 0) smallest = std::min(smallest, std::abs(value));
    decimals = std::max(decimals, decimals_of(value));
  }
  const bool is_small = largest < 1e-2 || (logarithmic && smallest < 1e-3);
  std::vector<std::string> labels;
  for (const double value : values) {
    if (value == 0)
      labels.emplace_back("0");
    else if (is_small || largest >= 1e9)
      labels.push_back(scientific(value));
    else if (largest >= 1e4 && std::abs(value) >= 1e6)
      labels.push_back(fmt::format("{:.10g}M", value / 1e6));
    else if (largest >= 1e4 && std::abs(value) >= 1e3)
      labels.push_back(fmt::format("{:.10g}k", value / 1e3));
    else if (logarithmic || largest >= 1e4)
      labels.push_back(fmt::format("{:.10g}", value));
    else
      labels.push_back(fmt::format("{:.{}f}", value, decimals));
  }
  return labels;
}

}  // namespace nlp::plot
