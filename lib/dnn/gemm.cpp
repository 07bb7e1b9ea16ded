#include "dnn/gemm.hpp"

#include <utility>

#include "dnn/device_impl.hpp"

namespace nlp::dnn {
namespace {

using DataType = dnnl::memory::data_type;

// A workspace forgets its kernels when it has this many.
constexpr std::size_t kWorkspaceGemms = 1024;

DataType data_type(ComputeType type) {
  return type == ComputeType::bf16 ? DataType::bf16 : DataType::f32;
}

dnnl::memory::desc describe(const Operand& operand) {
  return {{operand.rows, operand.columns},
          data_type(operand.type),
          dnnl::memory::dims{operand.row_step, operand.column_step}};
}

MatmulKernel make_kernel(const Operand& left, const Operand& right, Matrix dst,
                         const GemmOptions& options, Workspace::Impl& workspace) {
  onednn::use_threads(workspace.threads);
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  if (options.add) {
    dnnl::post_ops ops;
    ops.append_sum(1.0f);
    attr.set_post_ops(ops);
  }
  const dnnl::memory::desc to({dst.rows, dst.columns}, DataType::f32,
                              dnnl::memory::dims{dst.stride, 1});
  const dnnl::memory::desc bias({1, dst.columns}, DataType::f32, dnnl::memory::format_tag::ab);
  const auto& engine = workspace.engine;
  const auto desc =
      options.bias
          ? onednn::describe<dnnl::matmul>(engine, attr, describe(left), describe(right), bias, to)
          : onednn::describe<dnnl::matmul>(engine, attr, describe(left), describe(right), to);
  const auto somewhere = [&](const dnnl::memory::desc& what) {
    return dnnl::memory(what, engine, DNNL_MEMORY_NONE);
  };
  MatmulKernel kernel{dnnl::matmul(desc),
                      {{DNNL_ARG_SRC, somewhere(desc.src_desc())},
                       {DNNL_ARG_WEIGHTS, somewhere(desc.weights_desc())},
                       {DNNL_ARG_DST, somewhere(desc.dst_desc())},
                       {DNNL_ARG_SCRATCHPAD, somewhere(desc.scratchpad_desc())}}};
  if (options.bias) kernel.args.emplace(DNNL_ARG_BIAS, somewhere(bias));
  const auto floats = static_cast<std::int64_t>(desc.scratchpad_desc().get_size() + 3) / 4;
  if (floats > workspace.scratchpad.size()) workspace.scratchpad.resize({floats});
  return kernel;
}

}  // namespace

void gemm(const Operand& left, const Operand& right, Matrix dst, const GemmOptions& options,
          Workspace& workspace) {
  if (dst.rows == 0 || dst.columns == 0) return;
  Workspace::Impl& impl = workspace.impl();
  const GemmKey key{
      left.type,        left.rows,      left.columns,      right.columns, left.row_step,
      left.column_step, right.row_step, right.column_step, dst.stride,    options.bias != nullptr,
      options.add};
  onednn::translate("matrix product", [&] {
    auto found = impl.gemms.find(key);
    if (found == impl.gemms.end()) {
      if (impl.gemms.size() >= kWorkspaceGemms) impl.gemms.clear();
      found = impl.gemms.emplace(key, make_kernel(left, right, dst, options, impl)).first;
    }
    MatmulKernel& kernel = found->second;
    const auto place = [&](int argument, const void* data) {
      kernel.args.at(argument).set_data_handle(const_cast<void*>(data));
    };
    place(DNNL_ARG_SRC, left.data);
    place(DNNL_ARG_WEIGHTS, right.data);
    place(DNNL_ARG_DST, dst.data);
    place(DNNL_ARG_SCRATCHPAD, impl.scratchpad.data());
    if (options.bias) place(DNNL_ARG_BIAS, options.bias);
    onednn::use_threads(impl.threads);
    kernel.primitive.execute(impl.stream, kernel.args);
    impl.stream.wait();
  });
}

}  // namespace nlp::dnn
