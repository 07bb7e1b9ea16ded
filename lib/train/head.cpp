#include "train/head.hpp"

#include <algorithm>
#include <string>

#include "base/error.hpp"
#include "dnn/activation_training.hpp"
#include "dnn/elementwise.hpp"
#include "model/encoder.hpp"

namespace nlp::train {
namespace {

// Outputs that one task multiplies: few enough that tasks are many, enough that the rows' own
// packing does not count.
constexpr std::int64_t kOutputsAtOnce = 1024;
constexpr std::int64_t kPartialOutputs = 4096;
constexpr std::int64_t kRowsAtOnce = 64;

std::int64_t blocks(std::int64_t size, std::int64_t at_once) {
  return (size + at_once - 1) / at_once;
}

}  // namespace

TrainedHead::TrainedHead(model::Head head, const model::Config& config, const model::Family& family,
                         const LayerNames& names, const LayerNames& encoder_names,
                         const HeadTies& ties) {
  using model::Head;
  const model::WeightNames& parts = family.names;
  const std::int64_t hidden = config.hidden_size;
  const auto add = [&](std::string_view dense, std::string_view norm, std::int64_t width,
                       model::Activation activation, const LayerNames& where) {
    if (dense.empty()) return;
    first_ = add_linear(where, {std::string(dense)}, width, hidden);
    activation_ = model::to_dnn(activation);
    if (!norm.empty())
      norm_ =
          add_norm(names, std::string(norm), width, config.layer_norm_epsilon, !config.rms_norm);
  };
  const auto classes = static_cast<std::int64_t>(config.labels.size());
  switch (head) {
    case Head::masked_lm: {
      add(parts.lm_transform, parts.lm_norm, config.embedding_size,
          config.head_activation.value_or(config.activation), names);
      if (ties.tied) {
        last_ = {config.vocab_size, config.embedding_size, ties.word_table, -1};
      } else {
        names.parameters().end_stack();
        last_ = {
            config.vocab_size, config.embedding_size,
            names.matrix(std::string(parts.lm_decoder), config.vocab_size, config.embedding_size),
            -1};
      }
      if (!ties.bias.empty()) {
        names.parameters().end_stack();
        last_.bias = names.vector(ties.bias, config.vocab_size, 0);
      }
      return;
    }
    case Head::token_classification:
      add(parts.token_dense, parts.token_norm, hidden, config.pooled_activation, names);
      last_ = add_linear(names, {std::string(parts.token_classifier)}, classes, hidden);
      return;
    case Head::question_answering:
      add(parts.question_dense, parts.question_norm, hidden, config.pooled_activation, names);
      last_ = add_linear(names, {std::string(parts.question_answering)}, 2, hidden);
      return;
    case Head::sequence_classification:
      if (parts.sequence_dense.empty())
        add(parts.pooler, {}, hidden, config.pooled_activation, encoder_names);
      else
        add(parts.sequence_dense, parts.sequence_norm, hidden, config.pooled_activation, names);
      last_ = add_linear(names, {std::string(parts.sequence_classifier)}, classes, hidden);
      return;
    case Head::next_sentence:
    case Head::replaced_token:
      break;
  }
  throw Error(Kind::usage, std::string("head: ") + model::name_of(head) + " cannot be trained");
}

void TrainedHead::before_last(const Crew& crew, const Parameters& parameters, dnn::Matrix rows,
                              std::int64_t count, const dnn::Dropout& dropout) {
  const dnn::ComputeType type = parameters.type();
  const dnn::ConstMatrix src = first_rows(rows, count);
  if (!first_) {
    dnn::dropout(dropout, first_rows(rows, count));
    dnn::store_rows(type, src, last_src_);
    return;
  }
  dnn::store_rows(type, src, src_);
  const dnn::Matrix inner = padded_matrix(inner_, count, first_->outputs);
  const dnn::Operand all = src_.operand();
  const dnn::Operand weights =
      parameters.operand(first_->weights, first_->outputs, first_->inputs).transposed();
  crew.team.run(blocks(inner.rows, kRowsAtOnce), [&](std::int64_t block, int thread) {
    const std::int64_t first = block * kRowsAtOnce,
                       some = std::min(kRowsAtOnce, inner.rows - first);
    dnn::gemm(all.row_range(first, some), weights,
              {inner.row(first), some, inner.columns, inner.stride},
              {.bias = first_->bias < 0 ? nullptr : parameters.vector_value(first_->bias)},
              *crew.workspaces[static_cast<std::size_t>(thread)]);
  });
  // The activation of float32, which the norm reads.
  dnn::activate_forward(activation_, dnn::ComputeType::f32, first_rows(inner, count), active_,
                        derivative_);
  const dnn::Matrix active{active_.floats(), count, inner.columns, inner.columns};
  if (norm_) norm_forward(*norm_, parameters, active, {}, norm_state_, active);
  dnn::dropout(dropout, active);
  dnn::store_rows(type, active, last_src_);
}

void TrainedHead::outputs_and_losses(const Crew& crew, const Parameters& parameters,
                                     std::int64_t count, const RowLosses& losses,
                                     RowBlocks row_blocks) {
  const std::int64_t outputs = last_.outputs;
  const dnn::Matrix logits = padded_matrix(logits_, count, outputs);
  crew.team.run(blocks(outputs, kOutputsAtOnce), [&](std::int64_t block, int thread) {
    const std::int64_t first = block * kOutputsAtOnce,
                       some = std::min(kOutputsAtOnce, outputs - first);
    const Linear part = last_.part(first, some);
    dnn::gemm(last_src_.operand(), parameters.operand(part.weights, some, part.inputs).transposed(),
              {logits.data + first, logits.rows, some, logits.stride},
              {.bias = part.bias < 0 ? nullptr : parameters.vector_value(part.bias)},
              *crew.workspaces[static_cast<std::size_t>(thread)]);
  });
  diff_logits_.resize(parameters.type(), count, outputs);
  const std::int64_t at_once = row_blocks == RowBlocks::all ? count : 16;
  crew.team.run(blocks(count, at_once), [&](std::int64_t block, int) {
    const std::int64_t first = block * at_once, some = std::min(at_once, count - first);
    losses(first, {logits.row(first), some, outputs, outputs}, diff_logits_);
  });
}

void TrainedHead::last_backward(const Crew& crew, Parameters& parameters, std::int64_t count) {
  const std::int64_t outputs = last_.outputs, inputs = last_.inputs;
  const dnn::Operand diff = diff_logits_.operand();
  const dnn::Matrix dst = padded_matrix(diff_inner_, count, inputs);
  // Sums over the outputs are made in parts, and the parts added in their order.
  const std::int64_t parts = blocks(outputs, kPartialOutputs);
  partial_.resize({parts * dst.rows, inputs});
  const std::int64_t tiles = blocks(outputs, kOutputsAtOnce);
  crew.team.run(parts + tiles, [&](std::int64_t task, int thread) {
    dnn::Workspace& workspace = *crew.workspaces[static_cast<std::size_t>(thread)];
    if (task < parts) {
      const std::int64_t first = task * kPartialOutputs,
                         some = std::min(kPartialOutputs, outputs - first);
      dnn::gemm(diff.column_range(first, some),
                parameters.operand(last_.weights + first * inputs, some, inputs),
                {partial_.data() + task * dst.rows * inputs, dst.rows, inputs, inputs}, {},
                workspace);
      return;
    }
    const std::int64_t first = (task - parts) * kOutputsAtOnce,
                       some = std::min(kOutputsAtOnce, outputs - first);
    if (last_learns_)
      dnn::gemm(diff.column_range(first, some).transposed(), last_src_.operand(),
                {parameters.matrix_diff(last_.weights + first * inputs), some, inputs, inputs},
                {.add = true}, workspace);
    if (last_.bias >= 0)
      dnn::add_column_sums(
          diff_logits_, first,
          {parameters.vector_diff(last_.bias + first), static_cast<std::size_t>(some)});
  });
  const auto part = [&](std::int64_t k) {
    return dnn::ConstMatrix{partial_.data() + k * dst.rows * inputs, dst.rows, inputs, inputs};
  };
  if (parts == 1) {
    std::swap(partial_, diff_inner_);
    diff_inner_.resize({dst.rows, inputs});
    return;
  }
  dnn::add(part(0), part(1), dst);
  for (std::int64_t k = 2; k < parts; ++k) dnn::add(dst, part(k), dst);
}

void TrainedHead::first_backward(const Crew& crew, Parameters& parameters, dnn::Matrix rows,
                                 std::int64_t count, const dnn::Dropout& dropout) {
  const dnn::Matrix diff = first_rows(dnn::matrix(diff_inner_), count);
  dnn::dropout(dropout, diff);
  if (!first_) {
    for (std::int64_t n = 0; n < count; ++n) std::copy_n(diff.row(n), diff.columns, rows.row(n));
    return;
  }
  float* vectors = parameters.vector_diff(0);
  if (norm_) norm_backward(*norm_, parameters, diff, norm_state_, diff, vectors);
  // derivative_ is float32; products have their own type.
  const dnn::Matrix slopes{derivative_.floats(), count, diff.columns, diff.columns};
  dnn::multiply(diff, slopes, diff);
  const auto outputs = static_cast<std::size_t>(first_->outputs);
  if (first_->bias < 0)
    dnn::store_rows(parameters.type(), diff, diff_first_);
  else
    dnn::store_rows(parameters.type(), diff, diff_first_, {vectors + first_->bias, outputs});
  const dnn::Operand all = diff_first_.operand();
  const std::int64_t row_tasks = blocks(rows.rows, kRowsAtOnce);
  crew.team.run(row_tasks + 1, [&](std::int64_t task, int thread) {
    dnn::Workspace& workspace = *crew.workspaces[static_cast<std::size_t>(thread)];
    if (task == 0) {
      dnn::gemm(all.transposed(), src_.operand(),
                {parameters.matrix_diff(first_->weights), first_->outputs, first_->inputs,
                 first_->inputs},
                {.add = true}, workspace);
      return;
    }
    const std::int64_t first = (task - 1) * kRowsAtOnce,
                       some = std::min(kRowsAtOnce, rows.rows - first);
    dnn::gemm(all.row_range(first, some),
              parameters.operand(first_->weights, first_->outputs, first_->inputs),
              {rows.row(first), some, rows.columns, rows.stride}, {}, workspace);
  });
}

void TrainedHead::forward_backward(const Crew& crew, Parameters& parameters, dnn::Matrix rows,
                                   std::int64_t count, const dnn::Dropout& dropout,
                                   const RowLosses& losses, RowBlocks row_blocks) {
  if (count == 0) return;
  before_last(crew, parameters, rows, count, dropout);
  outputs_and_losses(crew, parameters, count, losses, row_blocks);
  last_backward(crew, parameters, count);
  first_backward(crew, parameters, rows, count, dropout);
}

}  // namespace nlp::train
