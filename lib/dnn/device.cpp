#include "dnn/device.hpp"

#include "dnn/device_impl.hpp"
#include "dnn/packed_matmul.hpp"

namespace nlp::dnn {
namespace {
// Every row count makes kernels of its own: an unbounded cache would grow with the input.
constexpr int kSharedKernels = 128;
}  // namespace

std::string_view name_of(ComputeType type) {
  constexpr std::string_view kNames[] = {"f32", "bf16", "int8"};
  return kNames[static_cast<std::size_t>(type)];
}

Device::Device(ComputeType type) {
  onednn::translate("device", [&] {
    impl_ = std::make_unique<Impl>();
    impl_->wanted = type;
    if (PackedMatmul::supported(type, impl_->engine)) impl_->used = type;
    dnnl::set_primitive_cache_capacity(kSharedKernels);
  });
}
Device::Device(Device&&) noexcept = default;
Device& Device::operator=(Device&&) noexcept = default;
Device::~Device() = default;

ComputeType Device::used() const { return impl_->used; }

Workspace::Workspace(const Device& device, int threads, const AttentionOptions& attention)
    : attention_(attention) {
  onednn::translate("workspace", [&] { impl_ = std::make_unique<Impl>(device, threads); });
}
Workspace::~Workspace() = default;

float* Workspace::scratch(std::size_t count) {
  impl_->scratch.resize({static_cast<std::int64_t>(count)});
  return impl_->scratch.data();
}

}  // namespace nlp::dnn
