// A token's weight is the gradient of the result by the token's embedding, integrated on the way
// from a baseline to the text, times what it differs from the baseline.  All weights together are
// what the result differs (completeness).
//   weight[t] = sum over e of (x[t,e] - b[t,e]) * integral over a in [0,1] of dF/dx[t,e] at
//   b+a(x-b)
// Source: Sundararajan, Taly, Yan 2017, arXiv:1703.01365, equation 1 and proposition 1.
// Legend: T tokens, E embedding.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "base/thread_team.hpp"
#include "explain/subject.hpp"
#include "explain/weights.hpp"
#include "train/head.hpp"
#include "train/trained_model.hpp"

namespace nlp::explain {

class IntegratedGradients {
 public:
  // type: of products, f32 or bf16.
  // Throws Error{model} for a family that has no backward pass here; the message names
  // leave_one_out()'s option.
  IntegratedGradients(const std::filesystem::path& directory, model::Head head,
                      dnn::ComputeType type, int threads);
  ~IntegratedGradients();

  // The baseline has `placeholder` in the place of every token that counts.  steps: gradients that
  // the integral is made of, by Gauss and Legendre's rule.  The result does not depend on threads.
  // For one thread at a time.
  Weights operator()(const Subject& subject, std::int32_t placeholder, std::int64_t steps);

 private:
  // A place on the way from the baseline to the text.
  struct Point {
    double at = 0, weight = 0, value = 0;
  };
  struct Way;
  void run(std::span<Point> points, const Way& way, std::span<double> weights);
  std::size_t fill_shards(std::span<const Point> points, const Way& way);
  void head_pass(std::span<Point> points, const Way& way, std::int64_t rows_each);

  train::TrainedModel model_;
  dnn::Device device_;
  ThreadTeam team_;
  std::vector<std::unique_ptr<dnn::Workspace>> workspaces_;
  std::vector<train::PassBuffers> buffers_;
  std::vector<train::Shard> shards_;
  tensor::Tensor rows_, pooled_;
};

}  // namespace nlp::explain
