#include "dnn/matmul_limit.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "dnn/device_impl.hpp"

namespace nlp::dnn {
namespace {

using DataType = dnnl::memory::data_type;
using Tag = dnnl::memory::format_tag;

struct PlainTypes {
  DataType src, weights, dst;
};

PlainTypes plain_types_of(ComputeType type) {
  switch (type) {
    case ComputeType::f32:
      break;
    case ComputeType::bf16:
      return {DataType::bf16, DataType::bf16, DataType::bf16};
    case ComputeType::int8:
      return {DataType::u8, DataType::s8, DataType::s32};
  }
  return {DataType::f32, DataType::f32, DataType::f32};
}

// Fills the memory with numbers that no processor takes a slow path for: bytes that are small
// integers, or floats of 1/2 to 1.
void fill(const dnnl::memory& memory, DataType type) {
  auto* bytes = static_cast<unsigned char*>(memory.get_data_handle());
  const std::size_t size = memory.get_desc().get_size();
  for (std::size_t k = 0; k < size; ++k) bytes[k] = static_cast<unsigned char>(k * 31 % 127);
  const std::size_t width = type == DataType::f32 ? 4 : type == DataType::bf16 ? 2 : 1;
  if (width > 1)
    for (std::size_t k = width - 1; k < size; k += width) bytes[k] = 0x3F;
}

}  // namespace

struct MatmulLimit::Impl {
  dnnl::engine engine;
  dnnl::stream stream;
  int threads;
  std::string kernel;
  dnnl::matmul primitive;
  std::unordered_map<int, dnnl::memory> args;
};

MatmulLimit::MatmulLimit(const Device& device, ComputeType type, int threads) {
  onednn::translate("matmul limit", [&] {
    const auto& engine = device.impl().engine;
    impl_ = std::make_unique<Impl>(Impl{engine, dnnl::stream(engine), threads, {}, {}, {}});
    const auto [src_type, weights_type, dst_type] = plain_types_of(type);
    onednn::use_threads(threads);
    const dnnl::memory::desc src({kRows, kInputs}, src_type, Tag::ab);
    const dnnl::memory::desc weights({kInputs, kOutputs}, weights_type, Tag::any);
    const dnnl::memory::desc dst({kRows, kOutputs}, dst_type, Tag::ab);
    const auto desc =
        onednn::describe<dnnl::matmul>(engine, dnnl::primitive_attr(), src, weights, dst);
    impl_->kernel = desc.impl_info_str();
    impl_->primitive = dnnl::matmul(desc);
    const auto add = [&](int name, const dnnl::memory::desc& memory_desc, DataType memory_type) {
      const dnnl::memory memory(memory_desc, engine);
      fill(memory, memory_type);
      impl_->args.emplace(name, memory);
    };
    add(DNNL_ARG_SRC, desc.src_desc(), src_type);
    add(DNNL_ARG_WEIGHTS, desc.weights_desc(), weights_type);
    add(DNNL_ARG_DST, desc.dst_desc(), dst_type);
  });
}

MatmulLimit::MatmulLimit(MatmulLimit&&) noexcept = default;
MatmulLimit::~MatmulLimit() = default;

void MatmulLimit::run() {
  onednn::translate("matmul limit", [&] {
    onednn::use_threads(impl_->threads);
    impl_->primitive.execute(impl_->stream, impl_->args);
    impl_->stream.wait();
  });
}

std::string MatmulLimit::kernel() const { return impl_->kernel; }

}  // namespace nlp::dnn
