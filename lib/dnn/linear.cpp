#include "dnn/linear.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "dnn/convert_rows.hpp"
#include "dnn/pack_weights.hpp"
#include "dnn/packed_matmul.hpp"
#include "dnn/profile.hpp"

namespace nlp::dnn {
namespace {

// Layers of fewer outputs are float32 whatever the device's type is.
constexpr std::int64_t kLeastNarrowOutputs = 64;

// Bytes of narrow rows and their sums that stay in a core's own cache.
constexpr std::int64_t kBlockBytes = 1 << 20;
constexpr std::int64_t kLeastBlock = 16, kMostBlock = 512;

// So many rows get a kernel of their own; more are rounded up to whole least blocks.
constexpr std::int64_t kMostExact = 32;

}  // namespace

struct Linear::Impl {
  PackedMatmul matmul;
  Activation activation = Activation::none;
  tensor::Tensor bias;   // [M]; empty: none
  PageMemory memory{0};  // of the packed weights, where no store has them
  ByteScales scales;     // where weights are bytes

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
    // Few kernels for many rows: a new one takes as long as the products of a hundred rows.
    const std::int64_t rows =
        src.rows > kMostExact ? (src.rows + kLeastBlock - 1) / kLeastBlock * kLeastBlock : src.rows;
    const std::int64_t padded = matmul.counts().padded(rows);
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
    quantize(src, scales.src_factors, reinterpret_cast<std::uint8_t*>(narrow),
             own.row_scales.data());
    execute();
    finish(step,
           IntegerSums{reinterpret_cast<const std::int32_t*>(own.sums.data()),
                       own.row_scales.data(), scales.outputs.data(), scales.totals.data()},
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
               std::span<const tensor::TensorView> bias, const LinearOptions& options,
               const Packing& packing)
    : impl_(std::make_unique<Impl>()) {
  onednn::translate("linear layer", [&] {
    const Device::Impl& own = device.impl();
    ProductForm form{.inputs = weights.front().shape.at(1)};
    for (const auto& part : weights) form.outputs += part.shape.at(0);
    if (form.outputs >= kLeastNarrowOutputs) form.type = own.used;
    if (!bias.empty()) impl_->bias = gather(bias);
    impl_->activation = options.activation;
    if (form.type == ComputeType::f32) {
      form.activation = options.activation;
      form.bias = !bias.empty();
    }
    impl_->matmul = PackedMatmul(own.engine, form);
    const WeightPacker packer(impl_->matmul,
                              form.outputs >= kLeastNarrowOutputs ? own.wanted : ComputeType::f32,
                              weights, options.src_norm);
    const auto use = [&](const std::byte* packed) {
      impl_->matmul.use(packed);
      impl_->scales = packer.scales(packed);
    };
    if (!packing.store) {
      impl_->memory = PageMemory(packer.bytes());
      packer.pack(impl_->memory.bytes().data(), packing.forget);
      return use(impl_->memory.bytes().data());
    }
    const std::string name = packing.name + " " + packer.name();
    if (const auto found = packing.store->find(name, packer.bytes())) return use(found->data());
    const auto packed = packing.store->make(name, packer.bytes());
    packer.pack(packed.data(), packing.forget);
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
