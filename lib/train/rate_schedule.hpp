// The learning rate over a training run.
// Source: Devlin et al. 2019, arXiv:1810.04805, appendix A.2 (warm-up, then linear decay);
// Loshchilov, Hutter 2017, arXiv:1608.03983, equation 5 (cosine).
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace nlp::train {

struct RateSchedule {
  enum class Kind : std::uint8_t { constant, linear, cosine };
  Kind kind = Kind::linear;
  std::int64_t warmup = 0;  // steps, in which the rate grows from nothing
  float floor = 0;          // share of the rate that is left at the end

  // The share of the rate at a step (from 1), of which `progress` [0,1] of the run is behind it.
  float factor(std::int64_t step, double progress) const {
    if (step <= warmup) return static_cast<float>(step) / static_cast<float>(warmup);
    const double left = 1 - std::clamp(progress, 0.0, 1.0);
    const double shape = kind == Kind::constant ? 1
                         : kind == Kind::linear ? left
                                                : 0.5 - 0.5 * std::cos(std::numbers::pi * left);
    return floor + (1 - floor) * static_cast<float>(shape);
  }
};

}  // namespace nlp::train
