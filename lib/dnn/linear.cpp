#include "dnn/linear.hpp"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>

#include "dnn/device_impl.hpp"

namespace nlp::dnn {
namespace {

using Dims = dnnl::memory::dims;
using Tag = dnnl::memory::format_tag;
constexpr auto kF32 = dnnl::memory::data_type::f32;

// The layout of packed weights is asked for once, with this many rows, and then given to kernels
// of every row count: one layout, so one order of summation.
constexpr std::int64_t kLayoutRows = 128;

// How many rows a kernel is run on.  A row has the same bytes in each of these counts; where there
// are fewer rows, zeros follow them.
struct RowCounts {
  std::int64_t least;  // never fewer than this
  std::int64_t most;   // never more: more rows are done in blocks
  std::int64_t step;   // and a multiple of this
  bool threads;        // on any number of threads, or on one alone
};

RowCounts row_counts(const std::string& kernel) {
  // oneDNN's brgemm kernels do not care, but oneDNN 3 takes a single row for a matrix that lies
  // transposed and then sums in shorter parts (512 inputs, not 1024).
  if (kernel.rfind("brg", 0) == 0) return {2, std::numeric_limits<std::int64_t>::max(), 1, true};
  // Its gemm kernels (AVX2 and older) split the sum by the count of rows and threads.  Up to 48
  // rows on one thread they do not, and work on six rows at a time; fewer than six they sum
  // otherwise.
  if (kernel.rfind("gemm:jit", 0) == 0) return {6, 48, 6, false};
  return {48, 48, 48, false};  // a kernel we know nothing of
}

// A workspace forgets its kernels when it has this many; oneDNN's own cache keeps the recent ones.
constexpr std::size_t kWorkspaceKernels = 512;

dnnl::primitive_attr attributes(Activation activation) {
  dnnl::post_ops ops;
  const auto append = [&](dnnl::algorithm algorithm, float alpha) {
    onednn::append_eltwise(ops, algorithm, alpha, 0);
  };
  switch (activation) {
    case Activation::none:
      break;
    case Activation::gelu_erf:
      append(dnnl::algorithm::eltwise_gelu_erf, 0);
      break;
    case Activation::gelu_tanh:
      append(dnnl::algorithm::eltwise_gelu_tanh, 0);
      break;
    case Activation::relu:
      append(dnnl::algorithm::eltwise_relu, 0);
      break;
    case Activation::silu:
      append(dnnl::algorithm::eltwise_swish, 1);
      break;
    case Activation::tanh:
      append(dnnl::algorithm::eltwise_tanh, 0);
      break;
  }
  dnnl::primitive_attr attr;
  attr.set_post_ops(ops);
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attr;
}

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

}  // namespace

struct Linear::Impl {
  std::int64_t inputs = 0;
  std::int64_t outputs = 0;
  Activation activation = Activation::none;
  dnnl::engine engine;
  dnnl::memory weights;  // [K, M] in oneDNN's layout
  tensor::Tensor bias;   // [M]; empty: none

  dnnl::matmul::primitive_desc describe(const dnnl::memory::desc& weights_desc, std::int64_t rows,
                                        std::int64_t src_stride, std::int64_t dst_stride) const {
    const dnnl::memory::desc src({rows, inputs}, kF32, Dims{src_stride, 1});
    const dnnl::memory::desc dst({rows, outputs}, kF32, Dims{dst_stride, 1});
    const dnnl::primitive_attr attr = attributes(activation);
    if (bias.empty()) return onednn::describe<dnnl::matmul>(engine, attr, src, weights_desc, dst);
    return onednn::describe<dnnl::matmul>(engine, attr, src, weights_desc, bias_desc(), dst);
  }

  RowCounts counts{};

  dnnl::memory::desc bias_desc() const { return {{1, outputs}, kF32, Tag::ab}; }

  const MatmulKernel& kernel(std::int64_t rows, std::int64_t src_stride, std::int64_t dst_stride,
                             Workspace::Impl& workspace) const {
    const Workspace::Impl::Key key{
        rows, inputs, outputs, src_stride, dst_stride, static_cast<int>(activation), !bias.empty()};
    if (const auto found = workspace.kernels.find(key); found != workspace.kernels.end())
      return found->second;
    if (workspace.kernels.size() >= kWorkspaceKernels) workspace.kernels.clear();
    const auto desc = describe(weights.get_desc(), rows, src_stride, dst_stride);
    return workspace.kernels
        .emplace(key, MatmulKernel{dnnl::matmul(desc), desc.src_desc(), desc.dst_desc(),
                                   desc.scratchpad_desc()})
        .first->second;
  }

  void execute(ConstMatrix src, Matrix dst, Workspace::Impl& own) const {
    const MatmulKernel& call = kernel(src.rows, src.stride, dst.stride, own);
    own.scratchpad.resize({static_cast<std::int64_t>(call.scratchpad.get_size() + 3) / 4});
    std::unordered_map<int, dnnl::memory> args = {
        {DNNL_ARG_SRC, dnnl::memory(call.src, engine, const_cast<float*>(src.data))},
        {DNNL_ARG_WEIGHTS, weights},
        {DNNL_ARG_DST, dnnl::memory(call.dst, engine, dst.data)},
        {DNNL_ARG_SCRATCHPAD, dnnl::memory(call.scratchpad, engine, own.scratchpad.data())}};
    if (!bias.empty())
      args.emplace(DNNL_ARG_BIAS,
                   dnnl::memory(bias_desc(), engine, const_cast<float*>(bias.data())));
    call.primitive.execute(own.stream, args);
    own.stream.wait();
  }

  // The same on `padded` rows, those behind src's being zero.
  void execute_padded(ConstMatrix src, Matrix dst, std::int64_t padded,
                      Workspace::Impl& own) const {
    own.padded_src.resize({padded, inputs});
    own.padded_dst.resize({padded, outputs});
    for (std::int64_t k = 0; k < src.rows; ++k)
      std::copy_n(src.row(k), inputs, own.padded_src.row(k).data());
    std::fill(own.padded_src.row(src.rows).data(), own.padded_src.data() + own.padded_src.size(),
              0.0f);
    execute(matrix(std::as_const(own.padded_src)), matrix(own.padded_dst), own);
    for (std::int64_t k = 0; k < src.rows; ++k)
      std::copy_n(own.padded_dst.row(k).data(), outputs, dst.row(k));
  }
};

Linear::Linear(const Device& device, std::span<const tensor::TensorView> weights,
               std::span<const tensor::TensorView> bias, Activation activation)
    : impl_(std::make_unique<Impl>()) {
  onednn::translate("linear layer", [&] {
    impl_->engine = device.impl().engine;
    impl_->activation = activation;
    impl_->inputs = weights.front().shape.at(1);
    for (const auto& part : weights) impl_->outputs += part.shape.at(0);
    if (!bias.empty()) impl_->bias = gather(bias);
    onednn::use_threads(1);
    const dnnl::memory::desc any({impl_->inputs, impl_->outputs}, kF32, Tag::any);
    const auto layout =
        impl_->describe(any, kLayoutRows, impl_->inputs, impl_->outputs).weights_desc();
    impl_->weights = dnnl::memory(layout, impl_->engine);
    impl_->counts = row_counts(
        impl_->describe(layout, kLayoutRows, impl_->inputs, impl_->outputs).impl_info_str());

    // Checkpoints hold [M, K]: oneDNN's [K, M] with the axes swapped.  A single f32 matrix is read
    // where it lies; others are gathered first.
    const auto* lies = reinterpret_cast<const float*>(weights.front().data);
    const bool in_place = weights.size() == 1 && weights.front().dtype == tensor::DType::f32 &&
                          reinterpret_cast<std::uintptr_t>(lies) % alignof(float) == 0;
    const tensor::Tensor gathered = in_place ? tensor::Tensor() : gather(weights);
    dnnl::memory plain({{impl_->inputs, impl_->outputs}, kF32, Tag::ba}, impl_->engine,
                       const_cast<float*>(in_place ? lies : gathered.data()));
    dnnl::stream stream(impl_->engine);
    dnnl::reorder(plain, impl_->weights).execute(stream, plain, impl_->weights);
    stream.wait();
  });
}

Linear::Linear(Linear&&) noexcept = default;
Linear& Linear::operator=(Linear&&) noexcept = default;
Linear::~Linear() = default;

std::int64_t Linear::inputs() const { return impl_->inputs; }
std::int64_t Linear::outputs() const { return impl_->outputs; }

void Linear::forward(ConstMatrix src, Matrix dst, Workspace& workspace) const {
  if (src.rows == 0) return;
  onednn::translate("linear layer", [&] {
    Workspace::Impl& own = workspace.impl();
    const RowCounts& counts = impl_->counts;
    onednn::use_threads(counts.threads ? own.threads : 1);
    for (std::int64_t row = 0; row < src.rows; row += counts.most) {
      const std::int64_t rows = std::min(counts.most, src.rows - row);
      const ConstMatrix src_block{src.row(row), rows, src.columns, src.stride};
      const Matrix dst_block{dst.row(row), rows, dst.columns, dst.stride};
      const std::int64_t padded =
          std::max(counts.least, (rows + counts.step - 1) / counts.step * counts.step);
      if (padded == rows)
        impl_->execute(src_block, dst_block, own);
      else
        impl_->execute_padded(src_block, dst_block, padded, own);
    }
  });
}

std::string Linear::kernel(std::int64_t rows, Workspace& workspace) const {
  return onednn::translate("linear layer", [&] {
    onednn::use_threads(workspace.impl().threads);
    const auto desc =
        impl_->describe(impl_->weights.get_desc(), rows, impl_->inputs, impl_->outputs);
    return std::string(desc.impl_info_str());
  });
}

}  // namespace nlp::dnn
