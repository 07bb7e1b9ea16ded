// A layer on a pooled vector: dst = f(weight · src + bias), with use_residual + src, or + residual
// · src where M is not K. Source: the Dense module of sentence-transformers: config.json
// (in_features, out_features, bias, activation_function, use_residual) beside weights named
// linear.weight [M,K], linear.bias [M] and residual.weight [M,K]. Legend: K inputs, M outputs.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace nlp::model {

class Dense {
 public:
  // Throws Error{model}: a file is missing or broken, an activation or an option is not known.
  static Dense open(const std::filesystem::path& directory);

  std::int64_t inputs() const { return inputs_; }
  std::int64_t outputs() const { return outputs_; }

  // [M] <- src [K].  Summed in one order: the same bytes on every machine.
  std::vector<float> operator()(std::span<const float> src) const;

 private:
  Dense() = default;

  std::int64_t inputs_ = 0, outputs_ = 0;
  std::vector<float> weight_;  // [M,K]
  std::vector<float> bias_;    // [M], or empty
  bool adds_source_ = false;
  std::vector<float> residual_;  // [M,K], or empty: the source itself is added
  float (*activation_)(float) = nullptr;
};

}  // namespace nlp::model
