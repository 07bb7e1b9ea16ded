#include "model/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <mutex>

#include "base/error.hpp"
#include "model/encoder.hpp"
#include "model/heads.hpp"

namespace nlp::model {

class Workspace {
 public:
  Workspace(const dnn::Device& device, int threads) : kernels(device, threads) {}

  dnn::Workspace kernels;
  BlockBuffers block;
  tensor::Tensor gathered;     // rows picked for a head
  tensor::Tensor transformed;  // the same after the head's first layer
};

void WorkspaceDelete::operator()(Workspace* workspace) const { delete workspace; }

namespace {

constexpr std::array kHeads = {Head::masked_lm, Head::token_classification,
                               Head::sequence_classification, Head::question_answering,
                               Head::next_sentence};

// A part that is read when it is first needed, by whichever thread needs it.
template <class Part>
class Lazy {
 public:
  template <class Read>
  const Part& get(Read read) const {
    std::call_once(once_, [&] { part_.emplace(read()); });
    return *part_;
  }

 private:
  mutable std::once_flag once_;
  mutable std::optional<Part> part_;
};

const tensor::Tensor& gather(const tensor::Tensor& src, std::span<const std::int64_t> rows,
                             tensor::Tensor& dst) {
  dst.resize({static_cast<std::int64_t>(rows.size()), src.shape().at(1)});
  for (std::size_t k = 0; k < rows.size(); ++k)
    std::ranges::copy(src.row(rows[k]), dst.row(static_cast<std::int64_t>(k)).begin());
  return dst;
}

void apply(const dnn::Linear& linear, const tensor::Tensor& src, dnn::Workspace& workspace,
           tensor::Tensor& dst) {
  dst.resize({src.rows(), linear.outputs()});
  linear.forward(dnn::matrix(src), dnn::matrix(dst), workspace);
}

}  // namespace

// In the order of dependence: the mapping outlives the views into it.
struct Model::Parts {
  Parts(const std::filesystem::path& directory)
      : config(read_config(directory)),
        names(find_family(config.model_type, directory.string()).names),
        checkpoint(checkpoint::Checkpoint::open(directory)),
        weights(checkpoint, device, names.prefix, names.embeddings_norm),
        encoder(config, names, weights) {}

  const dnn::Linear& head_layer(const Lazy<dnn::Linear>& lazy, const std::string& module,
                                std::int64_t outputs) const {
    return lazy.get([&] { return weights.linear({module}, outputs, config.hidden_size); });
  }
  const dnn::Linear& read_pooler() const {
    return pooler.get([&] {
      return weights.linear({weights.encoder_name(names.pooler)}, config.hidden_size,
                            config.hidden_size, dnn::Activation::tanh);
    });
  }
  std::int64_t labels() const { return static_cast<std::int64_t>(config.labels.size()); }

  Config config;
  const WeightNames& names;
  dnn::Device device;
  checkpoint::Checkpoint checkpoint;
  Weights weights;
  Encoder encoder;
  Lazy<MaskedLmHead> masked_lm;
  Lazy<dnn::Linear> pooler, classifier, question_answering, next_sentence;
};

Model::Model(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

Model Model::open(const std::filesystem::path& directory) {
  return Model(std::make_unique<Parts>(directory));
}

const Config& Model::config() const { return parts_->config; }

WorkspacePtr Model::workspace(int threads) const {
  return WorkspacePtr(new Workspace(parts_->device, threads));
}

void Model::encode(const Batch& batch, const Keep& keep, Workspace& workspace, Encoded& dst) const {
  parts_->encoder.forward(batch, keep, workspace.kernels, workspace.block, dst);
}

bool Model::has(Head head) const {
  return has_head(head, parts_->config, parts_->names, parts_->weights);
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

void Model::masked_lm(const tensor::Tensor& src, std::span<const std::int64_t> rows,
                      Workspace& workspace, tensor::Tensor& dst) const {
  const MaskedLmHead& head = parts_->masked_lm.get(
      [&] { return read_masked_lm(parts_->config, parts_->names, parts_->weights); });
  apply(head.transform, gather(src, rows, workspace.gathered), workspace.kernels,
        workspace.transformed);
  const dnn::Matrix transformed = dnn::matrix(workspace.transformed);
  dnn::layer_norm(head.norm, transformed, transformed);
  apply(head.decoder, workspace.transformed, workspace.kernels, dst);
}

void Model::token_logits(const tensor::Tensor& src, Workspace& workspace,
                         tensor::Tensor& dst) const {
  apply(parts_->head_layer(parts_->classifier, std::string(parts_->names.classifier),
                           parts_->labels()),
        src, workspace.kernels, dst);
}

void Model::sequence_logits(const tensor::Tensor& src, std::span<const std::int64_t> rows,
                            Workspace& workspace, tensor::Tensor& dst) const {
  apply(parts_->read_pooler(), gather(src, rows, workspace.gathered), workspace.kernels,
        workspace.transformed);
  apply(parts_->head_layer(parts_->classifier, std::string(parts_->names.classifier),
                           parts_->labels()),
        workspace.transformed, workspace.kernels, dst);
}

void Model::answer_logits(const tensor::Tensor& src, Workspace& workspace,
                          tensor::Tensor& dst) const {
  apply(parts_->head_layer(parts_->question_answering,
                           std::string(parts_->names.question_answering), 2),
        src, workspace.kernels, dst);
}

void Model::relationship_logits(const tensor::Tensor& src, std::span<const std::int64_t> rows,
                                Workspace& workspace, tensor::Tensor& dst) const {
  apply(parts_->read_pooler(), gather(src, rows, workspace.gathered), workspace.kernels,
        workspace.transformed);
  apply(parts_->head_layer(parts_->next_sentence, std::string(parts_->names.next_sentence), 2),
        workspace.transformed, workspace.kernels, dst);
}

}  // namespace nlp::model
