// A checkpoint ready to compute: encoder and heads.
// Legend: B texts, N rows (tokens of all texts, packed), T tokens of one text, H hidden, A heads,
//         V vocabulary, L layers, C labels.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/batch.hpp"
#include "model/config.hpp"
#include "model/decoding.hpp"
#include "model/generation_config.hpp"
#include "model/run_options.hpp"
#include "tensor/tensor.hpp"

namespace nlp::model {

// Scratch memory and kernels of one thread.  Make one per thread with Model::workspace().
class Workspace;
struct WorkspaceDelete {
  void operator()(Workspace* workspace) const;
};
using WorkspacePtr = std::unique_ptr<Workspace, WorkspaceDelete>;

// What to keep of a forward pass.  Rows of the last layer that are not kept cost less: most of its
// work is left out for them.  Those that are kept are the same to the last bit.
struct Keep {
  // [L+1] all rows of: hidden[0] the embeddings, hidden[k] the output of layer k; empty: none
  std::vector<bool> hidden = {};
  bool attention = false;                   // all layers' attention probabilities
  std::span<const std::int64_t> rows = {};  // of the batch, in any order; empty: all
  bool sequence = false;  // only the rows that sequence_logits and relationship_logits need
};

struct Encoded {
  tensor::Tensor last;  // [N,H] or [kept rows,H], of the last layer; H is config.output_size
  std::vector<tensor::Tensor> hidden;                  // [L+1] of [N,H]; those not kept are empty
  std::vector<std::vector<tensor::Tensor>> attention;  // [L][B] of [A,T,T]; empty where not kept
};

class Model {
 public:
  // Reads config.json and the weights.  Throws Error{model}.
  static Model open(const std::filesystem::path& directory, const OpenOptions& options = {});

  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  ~Model();

  const Config& config() const;
  // What linear layers really multiply: f32 where the machine has no fast kernels of the type that
  // was asked for.
  dnn::ComputeType used() const;

  // `threads` is what one forward pass may use.
  WorkspacePtr workspace(int threads = 1) const;
  WorkspacePtr workspace(const RunOptions& options) const;

  // The encoder.  A row's values depend on its own text only: never on neighbours, order or
  // threads. Throws Error{data} when a text is longer than config().max_tokens or an id is out of
  // range; Error{model} when the workspace's attention kernel is not fit for the model.
  void encode(const Batch& batch, const Keep& keep, Workspace& workspace, Encoded& dst) const;

  // Which heads the checkpoint has weights for.
  bool has(Head head) const;
  // Throws Error{model} `DIR: no masked-LM head (it has: token classification); …` where absent.
  void require(Head head) const;

  // Whether there is a decoder: a half that writes from what the encoder read.
  bool has_decoder() const;
  // Throws Error{model} where there is none.
  void require_decoder() const;
  // How the checkpoint wants to be searched.  Throws Error{model} for what is not supported.
  GenerationConfig generation() const;

  // [B] what a decoder needs of the encoder's rows src [N,H]; needs require_decoder().
  std::vector<ReadText> read(const tensor::Tensor& src, std::span<const std::int64_t> starts,
                             Workspace&) const;
  // The logits of each step's next token.  A step depends on itself alone, to the last bit.
  // Throws Error{data} for an id out of range, or more tokens than the model has positions.
  void write(std::span<const DecoderStep> steps, Workspace&, tensor::Tensor& dst /*[K,V]*/) const;

  // Logits of a head from rows of the last layer; each needs require(head).
  // src rows are picked by `rows` (indices into src's first axis).
  void masked_lm(const tensor::Tensor& src, std::span<const std::int64_t> rows, Workspace&,
                 tensor::Tensor& dst /*[rows,V]*/) const;
  void token_logits(const tensor::Tensor& src /*[N,H]*/, Workspace&,
                    tensor::Tensor& dst /*[N,C]*/) const;
  // starts [B+1]: text b is the rows [starts[b], starts[b+1]) of src; or src has the one row of
  // each text that Keep.sequence leaves.
  void sequence_logits(const tensor::Tensor& src, std::span<const std::int64_t> starts, Workspace&,
                       tensor::Tensor& dst /*[B,C]*/) const;
  void answer_logits(const tensor::Tensor& src /*[N,H]*/, Workspace&,
                     tensor::Tensor& dst /*[N,2]: start, end*/) const;
  void relationship_logits(const tensor::Tensor& src, std::span<const std::int64_t> starts,
                           Workspace&, tensor::Tensor& dst /*[B,2]*/) const;
  // Whether each token was replaced: a sigmoid makes a probability of it.
  void replaced_logits(const tensor::Tensor& src /*[N,H]*/, Workspace&,
                       tensor::Tensor& dst /*[N,1]*/) const;

 private:
  struct Parts;
  explicit Model(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace nlp::model
