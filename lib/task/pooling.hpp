// One vector from the rows of a text.
// Source: the Pooling module of sentence-transformers.  Legend: T tokens, H hidden, M modes.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "tensor/tensor.hpp"

namespace nlp::task {

enum class Pooling : std::uint8_t {
  cls,            // the first row
  max,            // the largest of each column
  mean,           // sum / T
  mean_sqrt_len,  // sum / sqrt(T)
  weighted_mean,  // rows weighted 1, 2, … by their place
  last,           // the last row
};

// Takes the rows of a text one after the other.  The first `skip` rows (a prompt's) do not count,
// except for `cls`.  Summed in double, in the order of the rows.
class Pooler {
 public:
  Pooler(std::span<const Pooling> modes, std::size_t hidden, std::int64_t skip = 0);

  void add(std::span<const float> row);  // [H]
  // [M*H] the modes one behind the other; zeros where no row counts.  Begins anew.
  std::vector<float> take();

 private:
  struct State {
    Pooling mode;
    std::vector<float> row;   // [H] that was kept: cls, last, max
    std::vector<double> sum;  // [H] weighted
    double weights = 0;
  };
  std::vector<State> states_;
  std::size_t hidden_;
  std::int64_t skip_, rows_ = 0;
};

// The same of rows [T,H] at once.
std::vector<float> pool(const tensor::Tensor& rows, std::span<const Pooling> modes,
                        std::int64_t skip = 0);

// values / max(|values|, 1e-12), in place.
void normalize(std::span<float> values);

}  // namespace nlp::task
