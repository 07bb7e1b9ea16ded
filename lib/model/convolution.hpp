// A convolution over neighbouring rows of a text, in front of a norm:
//   dst = norm(dst + f(convolution(src)))
// Source: the reference's ConvLayer of modeling_deberta_v2 (He et al. 2021, arXiv:2111.09543 speak
// of nGiE: n-gram induced encoding).
// Legend: N rows, H hidden, K neighbours that a row sees, itself included.
#pragma once
#include <string>

#include "model/encoder.hpp"
#include "model/weights.hpp"

namespace nlp::model {

class Convolution {
 public:
  // Reads `module`.conv.weight [H,H,K] and the norm.
  // Throws Error{model}: a tensor is missing or of another shape.
  Convolution(const Config& config, const Weights& weights, const std::string& module,
              const std::string& norm);

  // src and dst [N,H].  Beyond the ends of a text there are zeros.
  void add(const Batch& batch, const tensor::Tensor& src, dnn::Workspace& workspace,
           BlockBuffers& buffers, tensor::Tensor& dst) const;

 private:
  std::int64_t size_;   // K
  dnn::Linear linear_;  // K*H -> H
  dnn::LayerNorm norm_;
};

}  // namespace nlp::model
