#include "task/model_bench.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace nlp::task {
namespace {

EmbedOptions embed_options(const SentenceModules& modules, const BenchOptions& options) {
  EmbedOptions embed;
  embed.text.fit = options.fit;
  // Words with weights would need the masked language model's head as well.
  if (modules.splade) embed.pooling = std::vector{Pooling::mean};
  return embed;
}

// Nothing is kept of what is opened here.
model::OpenOptions open_options(dnn::ComputeType type) {
  model::OpenOptions options;
  options.type = type;
  return options;
}

// Floating-point operations of the linear layers of a pass over `batch`.
double linear_operations(const model::Model& model, const model::Batch& batch) {
  dnn::Profile profile;
  model::RunOptions options;
  options.profile = &profile;
  model::Encoded encoded;
  model.encode(batch, {}, *model.workspace(options), encoded);
  double sum = 0;
  for (const auto& part : profile.parts())
    if (part.op.stage == dnn::Stage::linear) sum += part.operations;
  return sum;
}

}  // namespace

double BenchResult::limit_rate() const { return dnn::MatmulLimit::kOperations / limit.best; }

double BenchResult::rate(std::int64_t tokens, const Timing& timing) const {
  return operations_of_token * static_cast<double>(tokens) / timing.best;
}

ModelBench::ModelBench(const SentenceModules& modules, const tokenizer::Tokenizer& tokenizer,
                       dnn::ComputeType type, const BenchOptions& options,
                       std::span<const std::string> lines)
    : options_(options),
      type_(type),
      model_(model::Model::open(modules.transformer, open_options(type))),
      limit_(device_, model_.used(), options.threads) {
  const model::Config& config = model_.config();
  const std::int64_t longest = std::max(std::ranges::max(options.lengths), options.latency_tokens);
  if (longest > config.max_tokens)
    throw Error(Kind::usage, fmt::format("--lengths: tokens of a text (expected at most {}, as the "
                                         "model takes, got {}); give fewer",
                                         config.max_tokens, longest));
  one_ = uniform_batches(config, 1, options.latency_tokens, 1).front();
  operations_of_token_ = linear_operations(model_, one_) / static_cast<double>(one_.rows());
  workspace_ = model_.workspace(options.threads);
  for (const std::int64_t length : options.lengths)
    uniform_.emplace_back(model_,
                          uniform_batches(config, options.texts, length, options.batch_tokens),
                          options.threads);
  if (lines.empty()) return;
  embed_.emplace(model_, tokenizer, modules, embed_options(modules, options));
  lines_.emplace(model_, *embed_, lines, options.batch_tokens, options.threads);
}

void ModelBench::encode_one() { model_.encode(one_, {}, *workspace_, encoded_); }

std::vector<Work> ModelBench::works() {
  const auto repeated = [](auto body) {
    return [body](std::int64_t rounds) {
      for (std::int64_t k = 0; k < rounds; ++k) body();
    };
  };
  std::vector<Work> works = {{.run = repeated([this] { limit_.run(); })},
                             {.run = repeated([this] { encode_one(); })}};
  for (BatchRun& run : uniform_)
    works.push_back({[&run](std::int64_t rounds) { run(rounds); }, run.step()});
  if (lines_) works.push_back({[this](std::int64_t rounds) { (*lines_)(rounds); }, lines_->step()});
  return works;
}

BenchResult ModelBench::result(std::span<const Timing> timings) const {
  BenchResult result{.asked = type_,
                     .used = model_.used(),
                     .limit_kernel = limit_.kernel(),
                     .limit = timings[0],
                     .operations_of_token = operations_of_token_,
                     .latency = timings[1],
                     .uniform = {},
                     .lines = {}};
  for (std::size_t k = 0; k < uniform_.size(); ++k)
    result.uniform.push_back(
        {options_.lengths[k], uniform_[k].tokens(), timings[2 + k], uniform_[k].profile()});
  if (lines_) {
    result.lines = timings.back();
    result.line_tokens = lines_->tokens();
  }
  return result;
}

}  // namespace nlp::task
