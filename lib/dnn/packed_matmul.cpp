#include "dnn/packed_matmul.hpp"

#include <algorithm>
#include <utility>

namespace nlp::dnn {
namespace {

using Dims = dnnl::memory::dims;
using Tag = dnnl::memory::format_tag;
using DataType = dnnl::memory::data_type;

// The layout of packed weights is asked for once, with this many rows, and then given to kernels
// of every row count: one layout, so one order of summation.
constexpr std::int64_t kLayoutRows = 128;

// How many outputs are packed before their pages may be forgotten: whole blocks of any layout.
constexpr std::int64_t kPackedAtOnce = 4096;

// A workspace forgets its kernels when it has this many; oneDNN's own cache keeps the recent ones.
constexpr std::size_t kWorkspaceKernels = 96;

struct Types {
  DataType src, weights, dst;
};

Types types_of(ComputeType type) {
  switch (type) {
    case ComputeType::f32:
      break;
    case ComputeType::bf16:
      return {DataType::bf16, DataType::bf16, DataType::f32};
    case ComputeType::int8:
      return {DataType::u8, DataType::s8, DataType::s32};
  }
  return {DataType::f32, DataType::f32, DataType::f32};
}

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

dnnl::memory::desc bias_desc(std::int64_t outputs) {
  return {{1, outputs}, DataType::f32, Tag::ab};
}

}  // namespace

bool PackedMatmul::supported(ComputeType type, const dnnl::engine& engine) {
  if (type == ComputeType::f32) return true;
  const Types types = types_of(type);
  try {
    const dnnl::memory::desc src({kLayoutRows, 64}, types.src, Tag::ab),
        weights({64, 64}, types.weights, Tag::any), dst({kLayoutRows, 64}, types.dst, Tag::ab);
    const auto attr = attributes(Activation::none);
    const std::string kernel =
        onednn::describe<dnnl::matmul>(engine, attr, src, weights, dst).impl_info_str();
    const auto has = [&](const char* part) { return kernel.find(part) != std::string::npos; };
    // The others emulate bfloat16, or add products of bytes in 16 bits, where they saturate, as
    // oneDNN 3's brgemm kernels for bytes do where there is no VNNI.
    const bool exact = type != ComputeType::int8 || has("vnni") || has("amx") || has("avx10");
    return kernel.rfind("brg", 0) == 0 && exact;
  } catch (const dnnl::error&) {
    return false;
  }
}

PackedMatmul::PackedMatmul(const dnnl::engine& engine, const ProductForm& form)
    : engine_(engine), form_(form) {
  onednn::use_threads(1);
  const auto type = types_of(form.type).weights;
  const auto described = describe({{form.inputs, form.outputs}, type, Tag::any}, kLayoutRows,
                                  form.inputs, form.outputs);
  weights_ = dnnl::memory(described.weights_desc(), engine_, DNNL_MEMORY_NONE);
  counts_ = row_counts(described.impl_info_str());
}

std::string PackedMatmul::layout() const { return onednn::layout(weights_.get_desc()); }

std::size_t PackedMatmul::packed_bytes() const { return weights_.get_desc().get_size(); }

void PackedMatmul::use(const std::byte* packed) {
  weights_.set_data_handle(const_cast<std::byte*>(packed));
}

void PackedMatmul::pack(const void* weights, std::byte* dst,
                        const std::function<void(std::span<const std::byte>)>& done) const {
  onednn::use_threads(1);
  const auto type = types_of(form_.type).weights;
  const std::int64_t inputs = form_.inputs;
  const auto* from = static_cast<const std::byte*>(weights);
  const std::size_t row_bytes =
      static_cast<std::size_t>(inputs) * dnnl::memory::data_type_size(type);
  dnnl::stream stream(engine_);
  // Checkpoints hold [M, K]: oneDNN's [K, M] with the axes swapped.
  for (std::int64_t row = 0; row < form_.outputs; row += kPackedAtOnce) {
    const std::int64_t rows = std::min(kPackedAtOnce, form_.outputs - row);
    const std::span part(from + static_cast<std::size_t>(row) * row_bytes,
                         static_cast<std::size_t>(rows) * row_bytes);
    dnnl::memory plain({{inputs, rows}, type, Tag::ba}, engine_,
                       const_cast<std::byte*>(part.data()));
    dnnl::memory packed(weights_.get_desc().submemory_desc({inputs, rows}, {0, row}), engine_, dst);
    dnnl::reorder(plain, packed).execute(stream, plain, packed);
    stream.wait();
    if (done) done(part);
  }
}

dnnl::matmul::primitive_desc PackedMatmul::describe(const dnnl::memory::desc& weights,
                                                    std::int64_t rows, std::int64_t src_stride,
                                                    std::int64_t dst_stride) const {
  const Types types = types_of(form_.type);
  const dnnl::memory::desc src({rows, form_.inputs}, types.src, Dims{src_stride, 1});
  const dnnl::memory::desc dst({rows, form_.outputs}, types.dst, Dims{dst_stride, 1});
  const dnnl::primitive_attr attr = attributes(form_.activation);
  if (!form_.bias) return onednn::describe<dnnl::matmul>(engine_, attr, src, weights, dst);
  return onednn::describe<dnnl::matmul>(engine_, attr, src, weights, bias_desc(form_.outputs), dst);
}

MatmulKernel& PackedMatmul::kernel_of(std::int64_t rows, std::int64_t src_stride,
                                      std::int64_t dst_stride, Workspace::Impl& workspace) const {
  const MatmulKey key{form_.type, rows,       form_.inputs,     form_.outputs,
                      src_stride, dst_stride, form_.activation, form_.bias};
  if (const auto found = workspace.kernels.find(key); found != workspace.kernels.end())
    return found->second;
  if (workspace.kernels.size() >= kWorkspaceKernels) workspace.kernels.clear();
  const auto desc = describe(weights_.get_desc(), rows, src_stride, dst_stride);
  // Memory objects take longer to make than a small product: they are made once.
  const auto somewhere = [&](const dnnl::memory::desc& what) {
    return dnnl::memory(what, engine_, DNNL_MEMORY_NONE);
  };
  MatmulKernel kernel{dnnl::matmul(desc),
                      {{DNNL_ARG_SRC, somewhere(desc.src_desc())},
                       {DNNL_ARG_DST, somewhere(desc.dst_desc())},
                       {DNNL_ARG_SCRATCHPAD, somewhere(desc.scratchpad_desc())}}};
  if (form_.bias) kernel.args.emplace(DNNL_ARG_BIAS, somewhere(bias_desc(form_.outputs)));
  const auto floats = static_cast<std::int64_t>(desc.scratchpad_desc().get_size() + 3) / 4;
  if (floats > workspace.scratchpad.size()) workspace.scratchpad.resize({floats});
  return workspace.kernels.emplace(key, std::move(kernel)).first->second;
}

void PackedMatmul::execute(std::int64_t rows, RawRows<const void> src, RawRows<void> dst,
                           const float* bias, Workspace::Impl& workspace) const {
  MatmulKernel& call = kernel_of(rows, src.stride, dst.stride, workspace);
  const auto place = [&](int argument, const void* data) {
    call.args.at(argument).set_data_handle(const_cast<void*>(data));
  };
  place(DNNL_ARG_SRC, src.data);
  place(DNNL_ARG_DST, dst.data);
  place(DNNL_ARG_SCRATCHPAD, workspace.scratchpad.data());
  if (form_.bias) place(DNNL_ARG_BIAS, bias);
  call.args.insert_or_assign(DNNL_ARG_WEIGHTS, weights_);
  call.primitive.execute(workspace.stream, call.args);
  workspace.stream.wait();
}

std::string PackedMatmul::kernel(std::int64_t rows) const {
  return describe(weights_.get_desc(), rows, form_.inputs, form_.outputs).impl_info_str();
}

}  // namespace nlp::dnn
