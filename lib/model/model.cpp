#include "model/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <utility>

#include "base/error.hpp"
#include "dnn/profile.hpp"
#include "model/decoder.hpp"
#include "model/encoder.hpp"
#include "model/heads.hpp"
#include "model/probe.hpp"
#include "model/sections.hpp"

namespace nlp::model {

class Workspace {
 public:
  Workspace(const dnn::Device& device, const RunOptions& options)
      : kernels(device, options.threads, options.attention), tell_error(options.tell_error) {
    kernels.set_profile(options.profile);
  }

  dnn::Workspace kernels;
  std::function<void(const AttentionError&)> tell_error;  // empty once it has been called
  BlockBuffers block;
  DecoderBuffers decoder;
  tensor::Tensor gathered;     // rows picked for a head
  tensor::Tensor transformed;  // the same after the head's first layer
};

void WorkspaceDelete::operator()(Workspace* workspace) const { delete workspace; }

namespace {

// |rows - exact| / |exact|, in the norm of Frobenius.
double relative_error(const tensor::Tensor& rows, const tensor::Tensor& exact) {
  double errors = 0, squares = 0;
  for (std::int64_t k = 0; k < exact.size(); ++k) {
    const double value = exact.data()[k], error = rows.data()[k] - value;
    errors += error * error;
    squares += value * value;
  }
  return squares > 0 ? std::sqrt(errors / squares) : 0;
}

const tensor::Tensor& gather(const tensor::Tensor& src, std::span<const std::int64_t> rows,
                             tensor::Tensor& dst) {
  gather_rows(src, rows, dst);
  return dst;
}

// One row for each text: its first, or the mean of all.
const tensor::Tensor& pool(const tensor::Tensor& src, std::span<const std::int64_t> starts,
                           SequencePooling pooling, tensor::Tensor& dst) {
  const auto texts = static_cast<std::int64_t>(starts.size()) - 1, hidden = src.shape().at(1);
  if (pooling == SequencePooling::first)
    return src.shape().at(0) == texts ? src : gather(src, starts.first(starts.size() - 1), dst);
  dst.resize({texts, hidden});
  for (std::int64_t b = 0; b < texts; ++b) {
    const auto mean = dst.row(b);
    std::ranges::fill(mean, 0.0f);
    for (std::int64_t n = starts[b]; n < starts[b + 1]; ++n)
      for (std::int64_t k = 0; k < hidden; ++k) mean[k] += src.row(n)[k];
    const auto count = static_cast<float>(std::max<std::int64_t>(starts[b + 1] - starts[b], 1));
    for (float& value : mean) value /= count;
  }
  return dst;
}

}  // namespace

// A part that is read when it is first needed, by whichever thread needs it.
template <class Part>
class Lazy {
 public:
  template <class Read>
  const Part& get(Read read) const {
    std::call_once(once_, [&] { stored_.emplace(read()); });
    return stored_->part;
  }

 private:
  mutable std::once_flag once_;
  mutable std::optional<Stored<Part>> stored_;
};

// In the order of dependence: the mapping outlives the views into it.
struct Model::Parts {
  Parts(const std::filesystem::path& directory, const OpenOptions& options)
      : config(read_config(directory)),
        family(find_family(config.model_type, directory.string())),
        device(options.type),
        checkpoint(checkpoint::Checkpoint::open(directory)),
        weights(checkpoint, device, family.names.prefix, probe_of(family.names), config),
        sections(options, checkpoint, device),
        encoder(read_section(sections, "encoder", [&](ByteStore& store) {
          return read_encoder(config, family, weights.in(store));
        })) {}

  const HeadLayers& layers_of(Head head) const {
    return heads[static_cast<std::size_t>(head)].get([&] {
      return read_section(sections, std::string(name_of(head)) + " head", [&](ByteStore& store) {
        return read_head(head, config, family.names, weights.in(store));
      });
    });
  }
  const Decoder& decoder_half() const {
    return *decoder.get([&] {
      return read_section(sections, "decoder", [&](ByteStore& store) {
        return std::make_unique<Decoder>(config, family, weights.in(store));
      });
    });
  }
  void run(Head head, const tensor::Tensor& src, Workspace& workspace, tensor::Tensor& dst) const {
    layers_of(head).forward(src, workspace.kernels, workspace.transformed, dst);
  }

  AttentionError attention_error(const Batch& batch, Workspace& workspace) const {
    const auto size = static_cast<std::size_t>(batch.starts[1]);
    Batch text;
    text.add(std::span(batch.ids).first(size), std::span(batch.type_ids).first(size));
    Keep keep;
    keep.hidden.assign(static_cast<std::size_t>(config.layers) + 1, true);
    dnn::Workspace exact_kernels(device, 1);
    Encoded exact, encoded;
    encoder.part->forward(text, keep, exact_kernels, workspace.block, exact);
    encoder.part->forward(text, keep, workspace.kernels, workspace.block, encoded);
    AttentionError error{.tokens = batch.starts[1], .layers = {}};
    for (std::size_t layer = 1; layer < exact.hidden.size(); ++layer)
      error.layers.push_back(relative_error(encoded.hidden[layer], exact.hidden[layer]));
    return error;
  }

  Config config;
  const Family& family;
  dnn::Device device;
  checkpoint::Checkpoint checkpoint;
  Weights weights;
  Sections sections;
  Stored<std::unique_ptr<Encoder>> encoder;
  Lazy<std::unique_ptr<Decoder>> decoder;
  std::array<Lazy<HeadLayers>, kHeads.size()> heads;  // by Head
};

Model::Model(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

Model Model::open(const std::filesystem::path& directory, const OpenOptions& options) {
  return Model(std::make_unique<Parts>(directory, options));
}

const Config& Model::config() const { return parts_->config; }
dnn::ComputeType Model::used() const { return parts_->device.used(); }

WorkspacePtr Model::workspace(int threads) const {
  return workspace(RunOptions{.threads = threads, .attention = {}, .tell_error = {}});
}

WorkspacePtr Model::workspace(const RunOptions& options) const {
  return WorkspacePtr(new Workspace(parts_->device, options));
}

void Model::encode(const Batch& batch, const Keep& keep, Workspace& workspace, Encoded& dst) const {
  check_batch(parts_->config, batch);
  if (workspace.tell_error && batch.rows() > 0) {
    const auto error = parts_->attention_error(batch, workspace);
    std::exchange(workspace.tell_error, nullptr)(error);
  }
  const dnn::Timed timed(workspace.kernels.profile(), {.stage = dnn::Stage::rest});
  Keep kept = keep;
  if (keep.sequence && parts_->config.pooling == SequencePooling::first)
    kept.rows = std::span(batch.starts).first(batch.starts.size() - 1);
  parts_->encoder.part->forward(batch, kept, workspace.kernels, workspace.block, dst);
}

bool Model::has(Head head) const {
  return has_head(head, parts_->config, parts_->family.names, parts_->weights);
}

void Model::require(Head head) const {
  if (has(head)) return;
  std::string others;
  for (const Head other : kHeads)
    if (has(other)) others += fmt::format("{}{}", others.empty() ? "" : ", ", name_of(other));
  throw Error(
      Kind::model,
      fmt::format("{}: the checkpoint has no {} head (it has: {}); use one made for this task",
                  parts_->checkpoint.path().string(), name_of(head),
                  others.empty() ? "none" : others));
}

bool Model::has_decoder() const {
  return model::has_decoder(parts_->config, parts_->family, parts_->weights);
}

void Model::require_decoder() const {
  if (has_decoder()) return;
  throw Error(Kind::model, fmt::format("{}: the checkpoint has no decoder, it cannot write; use an "
                                       "encoder-decoder model (T5, Marian)",
                                       parts_->checkpoint.path().string()));
}

GenerationConfig Model::generation() const {
  return read_generation_config(parts_->checkpoint.path(), parts_->config);
}

std::vector<ReadText> Model::read(const tensor::Tensor& src, std::span<const std::int64_t> starts,
                                  Workspace& workspace) const {
  return parts_->decoder_half().read(src, starts, workspace.kernels);
}

void Model::write(std::span<const DecoderStep> steps, Workspace& workspace,
                  tensor::Tensor& dst) const {
  for (const DecoderStep& step : steps) check_step(parts_->config, step);
  parts_->decoder_half().forward(steps, workspace.kernels, workspace.decoder, dst);
}

void Model::masked_lm(const tensor::Tensor& src, std::span<const std::int64_t> rows,
                      Workspace& workspace, tensor::Tensor& dst) const {
  parts_->run(Head::masked_lm, gather(src, rows, workspace.gathered), workspace, dst);
}

void Model::token_logits(const tensor::Tensor& src, Workspace& workspace,
                         tensor::Tensor& dst) const {
  parts_->run(Head::token_classification, src, workspace, dst);
}

void Model::sequence_logits(const tensor::Tensor& src, std::span<const std::int64_t> starts,
                            Workspace& workspace, tensor::Tensor& dst) const {
  const auto& pooled = pool(src, starts, parts_->config.pooling, workspace.gathered);
  parts_->run(Head::sequence_classification, pooled, workspace, dst);
}

void Model::answer_logits(const tensor::Tensor& src, Workspace& workspace,
                          tensor::Tensor& dst) const {
  parts_->run(Head::question_answering, src, workspace, dst);
}

void Model::relationship_logits(const tensor::Tensor& src, std::span<const std::int64_t> starts,
                                Workspace& workspace, tensor::Tensor& dst) const {
  const auto& pooled = pool(src, starts, SequencePooling::first, workspace.gathered);
  parts_->run(Head::next_sentence, pooled, workspace, dst);
}

void Model::replaced_logits(const tensor::Tensor& src, Workspace& workspace,
                            tensor::Tensor& dst) const {
  parts_->run(Head::replaced_token, src, workspace, dst);
}

}  // namespace nlp::model
