// Precision, recall and F1 from counts.
#pragma once
#include <cstdint>

namespace nlp::train {

struct Hits {
  std::uint64_t right = 0;  // found, and true
  std::uint64_t found = 0;  // by the model
  std::uint64_t truth = 0;  // in the set

  // Where there is nothing to divide by, 0.
  double precision() const { return share(right, found); }
  double recall() const { return share(right, truth); }
  double f1() const { return share(2 * right, found + truth); }

  Hits& operator+=(const Hits& other) {
    right += other.right;
    found += other.found;
    truth += other.truth;
    return *this;
  }

 private:
  static double share(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
  }
};

}  // namespace nlp::train
