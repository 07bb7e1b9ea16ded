// What stands on the encoder's rows while it is trained: last(norm(f(first src))), as in
// model/heads.hpp, for rows of all shards together.
// Legend: W rows, H hidden, C outputs.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/thread_team.hpp"
#include "dnn/activation.hpp"
#include "dnn/dropout.hpp"
#include "model/family.hpp"
#include "train/layers.hpp"

namespace nlp::train {

// Threads with a workspace each.
struct Crew {
  ThreadTeam& team;
  std::vector<std::unique_ptr<dnn::Workspace>>& workspaces;
};

// The losses of rows and their gradients: diff [W,C] must be filled for the rows of `logits`, the
// first of which is row `first`.  Called for parts of the rows, by several threads; or once.
using RowLosses =
    std::function<void(std::int64_t first, dnn::ConstMatrix logits, dnn::StoredRows& diff)>;

// What a masked-LM decoder shares.
struct HeadTies {
  std::int64_t word_table;  // [V,E] in the matrices
  bool tied;                // whether it is the decoder
  std::string bias;         // its name; empty: none
};

enum class RowBlocks : std::uint8_t { parts, all };

class TrainedHead {
 public:
  TrainedHead(model::Head head, const model::Config& config, const model::Family& family,
              const LayerNames& names, const LayerNames& encoder_names, const HeadTies& ties);

  std::int64_t outputs() const { return last_.outputs; }
  const Linear& last() const { return last_; }
  // The last layer's weights do not learn; its bias does.
  void freeze_last() { last_learns_ = false; }

  // rows [padded W,H], of which `count` count.  rows become their own gradient.  Gradients of the
  // head's weights are added to the parameters'.
  // dropout: of the rows before the last layer.
  void forward_backward(const Crew& crew, Parameters& parameters, dnn::Matrix rows,
                        std::int64_t count, const dnn::Dropout& dropout, const RowLosses& losses,
                        RowBlocks row_blocks = RowBlocks::parts);

 private:
  void before_last(const Crew& crew, const Parameters& parameters, dnn::Matrix rows,
                   std::int64_t count, const dnn::Dropout& dropout);
  void outputs_and_losses(const Crew& crew, const Parameters& parameters, std::int64_t count,
                          const RowLosses& losses, RowBlocks row_blocks);
  void last_backward(const Crew& crew, Parameters& parameters, std::int64_t count);
  void first_backward(const Crew& crew, Parameters& parameters, dnn::Matrix rows,
                      std::int64_t count, const dnn::Dropout& dropout);

  std::optional<Linear> first_;
  dnn::Activation activation_ = dnn::Activation::none;
  std::optional<Norm> norm_;
  Linear last_;
  bool last_learns_ = true;

  dnn::StoredRows src_, active_, derivative_, last_src_, diff_logits_, diff_first_;
  NormState norm_state_;
  tensor::Tensor inner_, logits_, diff_inner_, partial_;
};

}  // namespace nlp::train
