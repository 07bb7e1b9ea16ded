#include "dnn/pack_weights.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "dnn/convert_rows.hpp"
#include "tensor/int8.hpp"

namespace nlp::dnn {
namespace {

std::size_t whole_lines(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

// Each number through the steps of its row.
void round_to_bytes(tensor::Tensor& values, std::size_t outputs) {
  std::vector<std::int8_t> bytes(values.values().size());
  std::vector<float> scales(outputs);
  tensor::quantize_rows(values.values(), bytes, scales);
  const std::size_t inputs = bytes.size() / outputs;
  for (std::size_t k = 0; k < bytes.size(); ++k)
    values.data()[k] = scales[k / inputs] * static_cast<float>(bytes[k]);
}

// Divides the columns of weights [M,K] by what rows are to be multiplied with, src_factors [K]. The
// weights that tell how much an input matters are those of the last `telling` outputs.
void smooth_columns(const LayerNorm& norm, std::span<float> weights, std::size_t telling,
                    std::span<float> src_factors) {
  const std::size_t inputs = src_factors.size();
  std::vector<double> squares(inputs, 0.0), magnitudes(inputs);
  for (std::size_t at = weights.size() - telling * inputs; at < weights.size(); at += inputs)
    for (std::size_t k = 0; k < inputs; ++k)
      squares[k] += double{weights[at + k]} * weights[at + k];
  for (std::size_t k = 0; k < inputs; ++k) {
    constexpr double kDeviations = 3;
    magnitudes[k] = kDeviations * std::abs(norm.scale.data()[k]) + std::abs(norm.shift.data()[k]);
  }
  // An input that is nothing, or that nothing is made of, has no say.
  const auto least = [](const std::vector<double>& values) {
    constexpr double kLeastPart = 1e-6, kNothing = 1e-30;
    return std::max(kLeastPart * *std::ranges::max_element(values), kNothing);
  };
  const double least_square = least(squares), least_magnitude = least(magnitudes);
  for (std::size_t k = 0; k < inputs; ++k) {
    const double weight =
        std::sqrt(std::max(squares[k], least_square) / static_cast<double>(telling));
    src_factors[k] =
        static_cast<float>(std::sqrt(weight / std::max(magnitudes[k], least_magnitude)));
  }
  for (std::size_t at = 0; at < weights.size(); at += inputs)
    for (std::size_t k = 0; k < inputs; ++k) weights[at + k] /= src_factors[k];
}

}  // namespace

tensor::Tensor gather(std::span<const tensor::TensorView> parts) {
  std::int64_t size = 0, at = 0;
  for (const auto& part : parts) size += tensor::count(part.shape);
  tensor::Tensor whole({size});
  for (const auto& part : parts) {
    const auto part_size = tensor::count(part.shape);
    tensor::to_f32(part, 0, whole.values().subspan(at, part_size));
    at += part_size;
  }
  return whole;
}

WeightPacker::WeightPacker(const PackedMatmul& matmul, ComputeType rounded,
                           std::span<const tensor::TensorView> weights, const LayerNorm* src_norm)
    : matmul_(matmul), rounded_(rounded), weights_(weights), src_norm_(src_norm) {}

bool WeightPacker::smooth() const {
  return src_norm_ != nullptr && matmul_.form().type == ComputeType::int8;
}

std::string WeightPacker::name() const {
  return fmt::format("{} {}{} {}", name_of(rounded_), name_of(matmul_.form().type),
                     smooth() ? " smooth" : "", matmul_.layout());
}

std::size_t WeightPacker::bytes() const {
  std::size_t bytes = whole_lines(matmul_.packed_bytes());
  if (matmul_.form().type != ComputeType::int8) return bytes;
  const std::int64_t floats = 2 * matmul_.form().outputs + (smooth() ? matmul_.form().inputs : 0);
  return bytes + static_cast<std::size_t>(floats) * sizeof(float);
}

ByteScales WeightPacker::scales(const std::byte* packed) const {
  if (matmul_.form().type != ComputeType::int8) return {};
  const auto outputs = static_cast<std::size_t>(matmul_.form().outputs),
             inputs = static_cast<std::size_t>(matmul_.form().inputs);
  const auto* floats = reinterpret_cast<const float*>(packed + whole_lines(matmul_.packed_bytes()));
  ByteScales scales{{floats, outputs}, {floats + outputs, outputs}, {}};
  if (smooth()) scales.src_factors = {floats + 2 * outputs, inputs};
  return scales;
}

void WeightPacker::pack_bytes(tensor::Tensor& values, std::byte* dst) const {
  const auto writable = [](std::span<const float> part) {  // of dst
    return std::span(const_cast<float*>(part.data()), part.size());
  };
  const ByteScales scales = this->scales(dst);
  if (smooth())
    smooth_columns(*src_norm_, values.values(),
                   static_cast<std::size_t>(weights_.back().shape.front()),
                   writable(scales.src_factors));
  std::vector<std::int8_t> bytes(values.values().size());
  tensor::quantize_rows(values.values(), bytes, writable(scales.outputs));
  const std::size_t inputs = bytes.size() / scales.outputs.size();
  for (std::size_t m = 0; m < scales.totals.size(); ++m) {
    const auto row = bytes.begin() + static_cast<std::ptrdiff_t>(m * inputs);
    const int total = std::accumulate(row, row + static_cast<std::ptrdiff_t>(inputs), 0);
    writable(scales.totals)[m] = scales.outputs[m] * static_cast<float>(total);
  }
  matmul_.pack(bytes.data(), dst, nullptr);
}

void WeightPacker::pack(std::byte* dst,
                        const std::function<void(std::span<const std::byte>)>& done) const {
  const ComputeType type = matmul_.form().type;
  const std::int64_t inputs = matmul_.form().inputs, outputs = matmul_.form().outputs;
  // A single matrix of the right type is read where it lies; others are gathered first.
  const auto lies = reinterpret_cast<std::uintptr_t>(weights_.front().data);
  const tensor::DType stored = weights_.front().dtype;
  if (weights_.size() == 1 && ((rounded_ == ComputeType::f32 && stored == tensor::DType::f32 &&
                                lies % sizeof(float) == 0) ||
                               (type == ComputeType::bf16 && stored == tensor::DType::bf16 &&
                                lies % sizeof(std::uint16_t) == 0)))
    return matmul_.pack(weights_.front().data, dst, done);

  tensor::Tensor values = gather(weights_);
  if (done)
    for (const auto& part : weights_) done({part.data, part.bytes()});
  if (type == ComputeType::int8) return pack_bytes(values, dst);
  if (rounded_ == ComputeType::int8) round_to_bytes(values, static_cast<std::size_t>(outputs));
  if (rounded_ == ComputeType::bf16) {
    std::vector<std::uint16_t> narrow(values.values().size());
    round_to_bf16({values.data(), outputs, inputs, inputs}, narrow.data());
    if (type == ComputeType::bf16) return matmul_.pack(narrow.data(), dst, nullptr);
    std::transform(narrow.begin(), narrow.end(), values.data(), tensor::bf16_to_f32);
  }
  matmul_.pack(values.data(), dst, nullptr);
}

}  // namespace nlp::dnn
