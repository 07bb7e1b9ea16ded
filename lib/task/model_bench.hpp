// All that `nlp bench` measures of a model in one data type.
// Legend: T tokens of a text, N rows: the tokens of all texts.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dnn/compute_type.hpp"
#include "dnn/matmul_limit.hpp"
#include "dnn/profile.hpp"
#include "task/bench.hpp"
#include "task/measure.hpp"

namespace nlp::task {

struct BenchOptions {
  std::vector<std::int64_t> lengths = {16, 128, 512};  // T of the uniform texts
  std::int64_t texts = 32;                             // of each length
  std::int64_t latency_tokens = 16;                    // of the text that is computed alone
  std::int64_t batch_tokens = 2048;
  int threads = 1;
  FitOptions fit;  // of the lines
};

struct BenchResult {
  struct Uniform {
    std::int64_t length, tokens;
    Timing timing;
    dnn::Profile profile;  // of the last run
  };
  dnn::ComputeType asked, used;  // used: what was multiplied, see Model::used()
  std::string limit_kernel;
  Timing limit;                    // of one product, see MatmulLimit
  double operations_of_token = 0;  // floating-point, of the linear layers
  Timing latency;
  std::vector<Uniform> uniform;
  std::int64_t line_tokens = 0;  // of all lines
  std::optional<Timing> lines;   // where there are any

  // Floating-point operations a second: of the product alone, and of a work of `tokens` tokens.
  double limit_rate() const;
  double rate(std::int64_t tokens, const Timing& timing) const;
};

class ModelBench {
 public:
  // `modules`, `tokenizer` and `lines` (valid UTF-8, maybe none) outlive this.
  // Throws Error{model}; Error{usage} for texts longer than the model takes; Error{data} for a line
  // that options.fit refuses.
  ModelBench(const SentenceModules& modules, const tokenizer::Tokenizer& tokenizer,
             dnn::ComputeType type, const BenchOptions& options,
             std::span<const std::string> lines);

  // The works, always in one order, and what their timings mean.  They outlive this no longer.
  std::vector<Work> works();
  BenchResult result(std::span<const Timing> timings) const;

 private:
  void encode_one();

  BenchOptions options_;
  dnn::ComputeType type_;
  model::Model model_;
  dnn::Device device_;
  dnn::MatmulLimit limit_;
  model::Batch one_;  // the text that is computed alone, by all threads
  model::WorkspacePtr workspace_;
  model::Encoded encoded_;
  double operations_of_token_ = 0;
  std::vector<BatchRun> uniform_;
  std::optional<Embedder> embed_;
  std::optional<TextRun> lines_;
};

}  // namespace nlp::task
