// How the time of an encoder grows with its size: models of random numbers, measured here, beside
// what the machine's own rate of multiplication would make of them.
// Legend: L layers, H hidden.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "dnn/matmul_limit.hpp"
#include "task/bench.hpp"
#include "task/measure.hpp"

namespace nlp::train {

// BERT: heads of 64 (one where H is less), a feed-forward layer of 4 H.
struct EncoderSize {
  std::int64_t layers = 0, hidden_size = 0;
};

// The numbers of the layers, embeddings left out: L (12 H^2 + 13 H).
std::int64_t layer_parameters(const EncoderSize& size);

// Seconds a token where time is proportional to parameters: 2 N / rate, for a multiplication and an
// addition of each of N parameters, at `rate` such operations a second.
// Source: Kaplan et al. 2020, arXiv:2001.08361, section 2.1: 2 N operations a token forwards, the
// attention to other tokens left out.
double hypothetical_seconds(std::int64_t parameters, double rate);

// The exponent of the power law through points, y = c x^exponent: the slope of the line of least
// squares through their logarithms.  At least two different x; all > 0.
double power_law_exponent(std::span<const double> x, std::span<const double> y);

struct ScalingOptions {
  std::vector<EncoderSize> sizes;
  std::int64_t length = 128, texts = 8, batch_tokens = 512;
  int threads = 1;
  task::MeasureOptions measure;
};

struct ScalingPoint {
  EncoderSize size;
  std::int64_t parameters = 0;
  double seconds = 0;       // a token, measured; the best run
  double hypothetical = 0;  // the same, at the limit
};

struct Scaling {
  double limit_rate = 0;  // operations a second of a large product of float32
  std::vector<ScalingPoint> points;
};

// Writes the models below `directory`, which must be there, one after the other, and removes each
// once it is open; then all are measured in turn.
// Throws Error{usage} for a hidden size that is no multiple of its heads; Error{io}, Error{memory}.
Scaling measure_scaling(const std::filesystem::path& directory, const ScalingOptions& options);

}  // namespace nlp::train
