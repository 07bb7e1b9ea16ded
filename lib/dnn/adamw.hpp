// One step of Adam with decoupled weight decay, and the norm of a gradient.
//   m <- b1 m + (1 - b1) g,  v <- b2 v + (1 - b2) g²,  g = diff * diff_scale
//   x <- x - lr * decay * x - lr * (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon)
// Source: Kingma, Ba 2015, arXiv:1412.6980; Loshchilov, Hutter 2019, arXiv:1711.05101, algorithm 2.
#pragma once
#include <cstdint>
#include <span>

namespace nlp::dnn {

struct AdamW {
  float learning_rate = 1e-4f;
  float beta1 = 0.9f, beta2 = 0.999f;
  float epsilon = 1e-8f;
  float decay = 0;
  std::int64_t step = 1;  // t, counted from 1
  float diff_scale = 1;   // of a gradient that is clipped
};

// All [n].  rounded: null, or becomes the values as bfloat16.
void adamw(const AdamW& options, std::span<float> values, std::span<const float> diffs,
           std::span<float> first_moments, std::span<float> second_moments, std::uint16_t* rounded);

// In one order, whatever the machine's vectors are.
double sum_of_squares(std::span<const float> values);

}  // namespace nlp::dnn
