// How well one row of numbers follows another.
#pragma once
#include <span>
#include <vector>

namespace nlp::train {

// Pearson's correlation of a and b, of one size.  NaN where one of them does not change, or for
// fewer than two numbers.
double pearson(std::span<const double> a, std::span<const double> b);

// Pearson's correlation of the ranks: equals share the mean of their ranks.  NaN as above.
double spearman(std::span<const double> a, std::span<const double> b);

// The rank of each number, counted from 1.
std::vector<double> ranks(std::span<const double> values);

}  // namespace nlp::train
