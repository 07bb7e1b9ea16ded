// The derivative of the logarithm of the gamma function.
#pragma once
#include <cmath>

namespace nlp::train {

// For x > 0, to about 1e-12.  Source: psi(x) = psi(x + 1) - 1 / x until x is large, then the
// asymptotic series (Abramowitz and Stegun 6.3.5, 6.3.18).
inline double digamma(double x) {
  double value = 0;
  for (; x < 10; x += 1) value -= 1 / x;
  const double square = 1 / (x * x);
  return value + std::log(x) - 0.5 / x -
         square * (1. / 12 -
                   square * (1. / 120 - square * (1. / 252 - square * (1. / 240 - square / 132))));
}

}  // namespace nlp::train
