#include "dnn/linear.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "dnn/convert_rows.hpp"
#include "dnn/packed_matmul.hpp"
#include "dnn/profile.hpp"

namespace nlp::dnn {
namespace {

// Layers of fewer outputs are float32 whatever the device's type is.
constexpr std::int64_t kLeastNarrowOutputs = 64;

// Bytes of narrow rows and their sums that stay in a core's own cache.
constexpr std::int64_t kBlockBytes = 1 << 20;
constexpr std::int64_t kLeastBlock = 16, kMostBlock = 512;

// The parts one behind the other, as float32.
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

// Eight bits for each weight of an output, from -127 to 127.
struct ByteWeights {
  std::vector<std::int8_t> values;  // [M,K]
  tensor::Tensor scales, totals;    // [M], see IntegerSums
};

ByteWeights quantize_weights(const tensor::Tensor& weights, std::int64_t inputs) {
  const std::int64_t outputs = weights.size() / inputs;
  ByteWeights bytes{std::vector<std::int8_t>(static_cast<std::size_t>(weights.size())),
                    tensor::Tensor({outputs}), tensor::Tensor({outputs})};
  for (std::int64_t m = 0; m < outputs; ++m) {
    const float* row = weights.data() + m * inputs;
    float most = 0;
    for (std::int64_t k = 0; k < inputs; ++k) most = std::max(most, std::abs(row[k]));
    const float scale = most / 127, inverse = most > 0 ? 127 / most : 0;
    std::int8_t* to = bytes.values.data() + m * inputs;
    std::int32_t total = 0;
    for (std::int64_t k = 0; k < inputs; ++k) {
      to[k] = static_cast<std::int8_t>(std::nearbyint(row[k] * inverse));
      total += to[k];
    }
    bytes.scales.data()[m] = scale;
    bytes.totals.data()[m] = scale * static_cast<float>(total);
  }
  return bytes;
}

std::size_t whole_lines(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

// Weights, rounded to `rounded`, become the matmul's at `dst`; scales and totals of bytes behind
// them, at dst + scales_at.
void pack(std::span<const tensor::TensorView> weights, const PackedMatmul& matmul,
          ComputeType rounded, std::span<std::byte> dst, std::size_t scales_at,
          const Packing& packing) {
  const ComputeType type = matmul.form().type;
  const std::int64_t inputs = matmul.form().inputs, outputs = matmul.form().outputs;
  // A single matrix of the right type is read where it lies; others are gathered first.
  const auto lies = reinterpret_cast<std::uintptr_t>(weights.front().data);
  const tensor::DType stored = weights.front().dtype;
  if (weights.size() == 1 &&
      ((rounded == ComputeType::f32 && stored == tensor::DType::f32 && lies % sizeof(float) == 0) ||
       (type == ComputeType::bf16 && stored == tensor::DType::bf16 &&
        lies % sizeof(std::uint16_t) == 0)))
    return matmul.pack(weights.front().data, dst.data(), packing.forget);

  tensor::Tensor values = gather(weights);
  if (packing.forget)
    for (const auto& part : weights) packing.forget({part.data, part.bytes()});
  if (rounded == ComputeType::bf16) {
    std::vector<std::uint16_t> narrow(static_cast<std::size_t>(values.size()));
    round_to_bf16({values.data(), outputs, inputs, inputs}, narrow.data());
    if (type == ComputeType::bf16) return matmul.pack(narrow.data(), dst.data(), nullptr);
    std::transform(narrow.begin(), narrow.end(), values.data(), tensor::bf16_to_f32);
  } else if (rounded == ComputeType::int8) {
    const ByteWeights bytes = quantize_weights(values, inputs);
    if (type == ComputeType::int8) {
      auto* scales = reinterpret_cast<float*>(dst.data() + scales_at);
      std::ranges::copy(bytes.scales.values(), scales);
      std::ranges::copy(bytes.totals.values(), scales + outputs);
      return matmul.pack(bytes.values.data(), dst.data(), nullptr);
    }
    for (std::int64_t k = 0; k < values.size(); ++k)
      values.data()[k] = bytes.scales.data()[k / inputs] * static_cast<float>(bytes.values[k]);
  }
  matmul.pack(values.data(), dst.data(), nullptr);
}

}  // namespace

struct Linear::Impl {
  PackedMatmul matmul;
  Activation activation = Activation::none;
  tensor::Tensor bias;            // [M]; empty: none
  PageMemory memory{0};           // of the packed weights, where no store has them
  const float* scales = nullptr;  // [M], where weights are bytes
  const float* totals = nullptr;  // [M], the same

  ConstMatrix block(ConstMatrix rows, std::int64_t first, std::int64_t count) const {
    return {rows.row(first), count, rows.columns, rows.stride};
  }
  Matrix block(Matrix rows, std::int64_t first, std::int64_t count) const {
    return {rows.row(first), count, rows.columns, rows.stride};
  }

  void multiply(std::int64_t rows, ConstMatrix src, Matrix dst, Workspace::Impl& own) const {
    matmul.execute(rows, {src.data, src.stride}, {dst.data, dst.stride}, bias.data(), own);
  }

  // float32; bias and activation are part of the product.
  void forward_f32(ConstMatrix src, Matrix dst, Workspace::Impl& own) const {
    const std::int64_t padded = matmul.counts().padded(src.rows);
    if (padded == src.rows) return multiply(padded, src, dst, own);
    own.padded_src.resize({padded, src.columns});
    own.padded_dst.resize({padded, dst.columns});
    for (std::int64_t k = 0; k < src.rows; ++k)
      std::copy_n(src.row(k), src.columns, own.padded_src.row(k).data());
    std::fill(own.padded_src.row(src.rows).data(), own.padded_src.data() + own.padded_src.size(),
              0.0f);
    multiply(padded, matrix(std::as_const(own.padded_src)), matrix(own.padded_dst), own);
    for (std::int64_t k = 0; k < src.rows; ++k)
      std::copy_n(own.padded_dst.row(k).data(), dst.columns, dst.row(k));
  }

  // Narrow numbers; rows of src behind the last are whatever the scratch memory holds.
  void forward_narrow(ConstMatrix src, Matrix dst, Workspace::Impl& own) const {
    const std::int64_t padded = matmul.counts().padded(src.rows);
    own.narrow_src.resize({padded, src.columns});  // has room for four bytes a number
    own.sums.resize({padded, dst.columns});
    const Finish step{bias.values(), activation};
    float* narrow = own.narrow_src.data();
    const auto execute = [&] {
      matmul.execute(padded, {narrow, src.columns}, {own.sums.data(), dst.columns}, nullptr, own);
    };
    if (matmul.form().type == ComputeType::bf16) {
      round_to_bf16(src, reinterpret_cast<std::uint16_t*>(narrow));
      execute();
      return finish(step, block(matrix(std::as_const(own.sums)), 0, src.rows), dst);
    }
    own.row_scales.resize(static_cast<std::size_t>(padded));
    quantize(src, {}, reinterpret_cast<std::uint8_t*>(narrow), own.row_scales.data());
    execute();
    finish(step,
           IntegerSums{reinterpret_cast<const std::int32_t*>(own.sums.data()),
                       own.row_scales.data(), scales, totals},
           dst);
  }

  std::int64_t block_rows() const {
    const auto& form = matmul.form();
    if (form.type == ComputeType::f32) return matmul.counts().most;
    const std::int64_t row_bytes =
        form.outputs * 4 + form.inputs * (form.type == ComputeType::bf16 ? 2 : 1);
    const std::int64_t rows =
        std::clamp(kBlockBytes / row_bytes, kLeastBlock, kMostBlock) / kLeastBlock * kLeastBlock;
    return std::min(rows, matmul.counts().most);
  }
};

Linear::Linear(const Device& device, std::span<const tensor::TensorView> weights,
               std::span<const tensor::TensorView> bias, Activation activation,
               const Packing& packing)
    : impl_(std::make_unique<Impl>()) {
  onednn::translate("linear layer", [&] {
    const Device::Impl& own = device.impl();
    ProductForm form{.inputs = weights.front().shape.at(1)};
    for (const auto& part : weights) form.outputs += part.shape.at(0);
    if (form.outputs >= kLeastNarrowOutputs) form.type = own.used;
    const ComputeType rounded = form.outputs >= kLeastNarrowOutputs ? own.wanted : form.type;
    if (!bias.empty()) impl_->bias = gather(bias);
    impl_->activation = activation;
    if (form.type == ComputeType::f32) {
      form.activation = activation;
      form.bias = !bias.empty();
    }
    impl_->matmul = PackedMatmul(own.engine, form);

    // Packed weights; where they are bytes, behind them their scales and totals.
    const std::size_t scales_at = whole_lines(impl_->matmul.packed_bytes());
    const auto outputs = static_cast<std::size_t>(form.outputs);
    const std::size_t size =
        scales_at + (form.type == ComputeType::int8 ? 2 * outputs * sizeof(float) : 0);
    const auto use = [&](const std::byte* packed) {
      impl_->matmul.use(packed);
      if (form.type != ComputeType::int8) return;
      impl_->scales = reinterpret_cast<const float*>(packed + scales_at);
      impl_->totals = impl_->scales + outputs;
    };
    if (!packing.store) {
      impl_->memory = PageMemory(size);
      const auto packed = impl_->memory.bytes();
      pack(weights, impl_->matmul, rounded, packed, scales_at, packing);
      return use(packed.data());
    }
    const std::string name = packing.name + " " + std::string(name_of(rounded)) + " " +
                             std::string(name_of(form.type)) + " " + impl_->matmul.layout();
    if (const auto found = packing.store->find(name, size)) return use(found->data());
    const auto packed = packing.store->make(name, size);
    pack(weights, impl_->matmul, rounded, packed, scales_at, packing);
    use(packed.data());
  });
}

Linear::Linear(Linear&&) noexcept = default;
Linear& Linear::operator=(Linear&&) noexcept = default;
Linear::~Linear() = default;

std::int64_t Linear::inputs() const { return impl_->matmul.form().inputs; }
std::int64_t Linear::outputs() const { return impl_->matmul.form().outputs; }

void Linear::forward(ConstMatrix src, Matrix dst, Workspace& workspace) const {
  if (src.rows == 0) return;
  const Timed timed(workspace.profile(),
                    {.stage = Stage::linear, .inputs = inputs(), .outputs = outputs()},
                    2.0 * static_cast<double>(src.rows * inputs() * outputs()),
                    [&] { return kernel(src.rows, workspace); });
  onednn::translate("linear layer", [&] {
    Workspace::Impl& own = workspace.impl();
    onednn::use_threads(impl_->matmul.counts().threads ? own.threads : 1);
    const std::int64_t step = impl_->block_rows();
    for (std::int64_t row = 0; row < src.rows; row += step) {
      const std::int64_t rows = std::min(step, src.rows - row);
      const ConstMatrix from = impl_->block(src, row, rows);
      const Matrix to = impl_->block(dst, row, rows);
      if (impl_->matmul.form().type == ComputeType::f32)
        impl_->forward_f32(from, to, own);
      else
        impl_->forward_narrow(from, to, own);
    }
  });
}

std::string Linear::kernel(std::int64_t rows, Workspace& workspace) const {
  return onednn::translate("linear layer", [&] {
    onednn::use_threads(workspace.impl().threads);
    return impl_->matmul.kernel(rows);
  });
}

}  // namespace nlp::dnn
