// The insides of Device and Workspace, for the sources of this room only.
#pragma once
#include <cstdint>
#include <map>
#include <tuple>

#include "dnn/device.hpp"
#include "dnn/onednn.hpp"
#include "tensor/tensor.hpp"

namespace nlp::dnn {

struct Device::Impl {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
};

// A matmul of exact shape and what its arguments look like.
struct MatmulKernel {
  dnnl::matmul primitive;
  dnnl::memory::desc src, dst, scratchpad;
};

struct Workspace::Impl {
  Impl(const Device& device, int thread_count)
      : engine(device.impl().engine), stream(engine), threads(thread_count) {}

  dnnl::engine engine;
  dnnl::stream stream;
  int threads;
  // rows, inputs, outputs, src stride, dst stride, activation, has bias
  using Key =
      std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, int, bool>;
  std::map<Key, MatmulKernel> kernels;
  tensor::Tensor scratch;
  std::map<std::int64_t, tensor::Tensor> random_features;  // by head size
  tensor::Tensor scratchpad;
  tensor::Tensor padded_src, padded_dst;  // the last block of rows, where blocks are of one size
};

}  // namespace nlp::dnn
