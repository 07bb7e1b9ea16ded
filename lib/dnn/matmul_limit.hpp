// oneDNN's own rate on a large product: what the linear layers of a model can reach at most on this
// machine, with these threads.
#pragma once
#include <memory>
#include <string>

#include "dnn/compute_type.hpp"
#include "dnn/device.hpp"

namespace nlp::dnn {

class MatmulLimit {
 public:
  static constexpr std::int64_t kRows = 4096, kInputs = 768, kOutputs = 768;
  static constexpr double kOperations = 2.0 * kRows * kInputs * kOutputs;  // of one product

  // [4096,768] · [768,768] on `threads` threads, the weights as oneDNN prefers them, nothing fused:
  // f32 to f32, bf16 to bf16, u8 with s8 to s32.
  // Throws Error{internal} where oneDNN has no kernel.
  MatmulLimit(const Device& device, ComputeType type, int threads);
  MatmulLimit(MatmulLimit&&) noexcept;
  ~MatmulLimit();

  void run();                  // one product
  std::string kernel() const;  // oneDNN's name of what computes it

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nlp::dnn
