// The insides of Device and Workspace, for the sources of this room only.
#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "dnn/activation.hpp"
#include "dnn/convert_rows.hpp"
#include "dnn/device.hpp"
#include "dnn/onednn.hpp"
#include "tensor/tensor.hpp"

namespace nlp::dnn {

struct Device::Impl {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  ComputeType wanted = ComputeType::f32;  // what weights are rounded to
  ComputeType used = ComputeType::f32;    // what is multiplied
};

struct MatmulKey {
  ComputeType type;
  std::int64_t rows, inputs, outputs, src_stride, dst_stride;
  Activation activation;
  bool bias;
  auto operator<=>(const MatmulKey&) const = default;
};

struct GemmKey {
  ComputeType type;
  std::int64_t rows, depth, columns;
  std::int64_t left_row_step, left_column_step, right_row_step, right_column_step, dst_stride;
  bool bias, add;
  auto operator<=>(const GemmKey&) const = default;
};

// A matmul of exact shape, and its arguments, whose places change from call to call.
struct MatmulKernel {
  dnnl::matmul primitive;
  std::unordered_map<int, dnnl::memory> args;
};

struct Workspace::Impl {
  Impl(const Device& device, int thread_count)
      : engine(device.impl().engine), stream(engine), threads(thread_count) {}

  dnnl::engine engine;
  dnnl::stream stream;
  int threads;
  std::map<MatmulKey, MatmulKernel> kernels;
  std::map<GemmKey, MatmulKernel> gemms;
  tensor::Tensor scratch;
  std::map<std::int64_t, tensor::Tensor> random_features;  // by head size
  tensor::Tensor scratchpad;              // as large as the largest that a kernel asks for
  tensor::Tensor padded_src, padded_dst;  // the last block of rows, where blocks are of one size
  tensor::Tensor narrow_src, sums;        // bytes of a block of rows, and what becomes of them
  std::vector<RowScale> row_scales;       // of narrow_src
};

}  // namespace nlp::dnn
