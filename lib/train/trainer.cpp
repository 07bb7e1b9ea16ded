#include "train/trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.hpp"
#include "base/random.hpp"
#include "model/encoder.hpp"

namespace nlp::train {
namespace {

constexpr std::int64_t kGradientOutputs = 512;    // of a task of weight gradients
constexpr std::int64_t kColumnsAtOnce = 64;       // of a task of table gradients
constexpr std::int64_t kNumbersAtOnce = 1 << 18;  // of a task of the optimizer

std::uint64_t draw(std::uint64_t seed, std::uint64_t number, std::uint32_t position) {
  return Random(seed, number).bits(position, 0x747261);
}

}  // namespace

Trainer::Trainer(TrainedModel& model, const TrainerOptions& options)
    : model_(model),
      options_(options),
      device_(model.parameters().type()),
      team_(options.threads),
      buffers_(static_cast<std::size_t>(options.threads)) {
  for (int k = 0; k < options.threads; ++k)
    workspaces_.push_back(std::make_unique<dnn::Workspace>(device_, 1));
}
Trainer::~Trainer() = default;

void Trainer::cut(std::span<const Example> batch, const Objective& objective, std::uint64_t key) {
  used_ = 0;
  std::vector<std::int32_t> tokens;
  Shard* shard = nullptr;
  for (const Example& example : batch) {
    const auto size = static_cast<std::int64_t>(example.ids.size());
    if (!shard || shard->batch.rows() + size > options_.shard_tokens) {
      if (used_ == shards_.size()) shards_.emplace_back();
      shard = &shards_[used_++];
      shard->batch = {};
      shard->wanted = {{}, {0}, {}};
      shard->key = draw(key, 0, static_cast<std::uint32_t>(used_));
    }
    const auto first = static_cast<std::int32_t>(shard->batch.rows());
    shard->batch.ids.insert(shard->batch.ids.end(), example.ids.begin(), example.ids.end());
    shard->batch.type_ids.insert(shard->batch.type_ids.end(), example.type_ids.begin(),
                                 example.type_ids.end());
    shard->batch.type_ids.resize(shard->batch.ids.size());
    shard->batch.starts.push_back(static_cast<std::int64_t>(shard->batch.ids.size()));
    tokens.clear();
    objective.wanted(example, tokens);
    for (const std::int32_t token : tokens) {
      shard->wanted.rows.push_back(first + token);
      shard->wanted.positions.push_back(token);
    }
    shard->wanted.starts.push_back(static_cast<std::int64_t>(shard->wanted.rows.size()));
  }
  for (std::size_t k = 0; k < used_; ++k) {
    Shard& one = shards_[k];
    one.some = static_cast<std::int64_t>(one.wanted.rows.size()) < one.batch.rows();
    model::check_batch(model_.config(), one.batch);
  }
}

double Trainer::part(const PartCall& call, Objective& objective) {
  Parameters& parameters = model_.parameters();
  const std::int64_t hidden = model_.config().hidden_size;
  cut(call.batch, objective, call.key);
  const DropoutRates dropout = call.learns ? options_.dropout : DropoutRates();
  const auto shards = static_cast<std::int64_t>(used_);
  const auto pass = [&](int thread) {
    const auto k = static_cast<std::size_t>(thread);
    return Encoder::Pass{parameters, dropout, *workspaces_[k], buffers_[k]};
  };
  team_.run(shards, [&](std::int64_t k, int thread) {
    model_.encoder().forward(pass(thread), shards_[static_cast<std::size_t>(k)]);
  });

  std::vector<std::int64_t> first = {0};
  for (std::size_t k = 0; k < used_; ++k)
    first.push_back(first.back() + static_cast<std::int64_t>(shards_[k].wanted.rows.size()));
  const std::int64_t count = first.back();
  const dnn::Matrix rows = padded_matrix(rows_, count, hidden);
  std::fill_n(rows.row(count), (rows.rows - count) * hidden, 0.0f);
  for (std::size_t k = 0; k < used_; ++k)
    std::copy_n(shards_[k].rows.data(), (first[k + 1] - first[k]) * hidden, rows.row(first[k]));

  const Crew crew{team_, workspaces_};
  const StepView view{call.batch, call.key, dropout.hidden};
  const double loss = objective.run(view, crew, parameters, rows, count, call.scale);
  if (!call.learns) return loss;
  if (!std::isfinite(loss))
    throw Error(Kind::data,
                "training: the loss is no number any more; go on from the last "
                "checkpoint with a lower --lr or with --clip");

  const std::int64_t vectors = parameters.vectors();
  team_.run(shards, [&](std::int64_t k, int thread) {
    Shard& shard = shards_[static_cast<std::size_t>(k)];
    const std::int64_t own =
        first[static_cast<std::size_t>(k) + 1] - first[static_cast<std::size_t>(k)];
    const dnn::Matrix diff = padded_matrix(shard.diff, own, hidden);
    std::copy_n(rows.row(first[static_cast<std::size_t>(k)]), own * hidden, diff.data);
    std::fill_n(diff.row(own), (diff.rows - own) * hidden, 0.0f);
    shard.vectors.resize({vectors});
    std::ranges::fill(shard.vectors.values(), 0.0f);
    model_.encoder().backward(pass(thread), shard);
  });
  weight_diffs();
  return loss;
}

// Gradients of weights: each task has some outputs of a layer and takes all shards in their order.
void Trainer::weight_diffs() {
  Parameters& parameters = model_.parameters();
  struct Task {
    std::int64_t key, first, count;
  };
  std::map<std::int64_t, std::vector<const LinearUse*>> uses;  // by where the weights lie
  for (std::size_t k = 0; k < used_; ++k)
    for (const LinearUse& use : shards_[k].uses) uses[use.layer.weights].push_back(&use);
  std::vector<Task> tasks;
  for (const auto& [key, list] : uses) {
    const std::int64_t outputs = list.front()->layer.outputs,
                       parts = (outputs + kGradientOutputs - 1) / kGradientOutputs,
                       each = ((outputs + parts - 1) / parts + 15) / 16 * 16;
    for (std::int64_t first = 0; first < outputs; first += each)
      tasks.push_back({key, first, std::min(each, outputs - first)});
  }
  team_.run(static_cast<std::int64_t>(tasks.size()), [&](std::int64_t k, int thread) {
    const Task& task = tasks[static_cast<std::size_t>(k)];
    for (const LinearUse* use : uses.at(task.key)) {
      if (use->src->rows() == 0) continue;
      const std::int64_t inputs = use->layer.inputs;
      dnn::gemm(
          use->diff_dst->operand()
              .column_range(use->first_column + task.first, task.count)
              .transposed(),
          use->src->operand(),
          {parameters.matrix_diff(task.key + task.first * inputs), task.count, inputs, inputs},
          {.add = true}, *workspaces_[static_cast<std::size_t>(thread)]);
    }
  });
  const std::int64_t width = model_.encoder().embedding_size();
  const std::int64_t tables = (width + kColumnsAtOnce - 1) / kColumnsAtOnce;
  team_.run(tables + 1, [&](std::int64_t k, int) {
    if (k == 0) {
      const std::span<float> sums{parameters.vector_diff(0),
                                  static_cast<std::size_t>(parameters.vectors())};
      for (std::size_t shard = 0; shard < used_; ++shard) {
        const float* from = shards_[shard].vectors.data();
        for (std::size_t v = 0; v < sums.size(); ++v) sums[v] += from[v];
      }
      return;
    }
    const std::int64_t first = (k - 1) * kColumnsAtOnce;
    for (std::size_t shard = 0; shard < used_; ++shard)
      model_.encoder().add_table_diffs(shards_[shard], parameters, first,
                                       std::min(kColumnsAtOnce, width - first));
  });
}

StepResult Trainer::gradients(std::span<const std::vector<Example>> parts, Objective& objective,
                              std::int64_t number) {
  Parameters& parameters = model_.parameters();
  StepResult result;
  for (const auto& batch : parts)
    for (const Example& example : batch) {
      result.weight += objective.weight(example);
      result.tokens += static_cast<std::int64_t>(example.ids.size());
    }
  for (Stretch* stretch : {&parameters.matrix_stretch(), &parameters.vector_stretch()}) {
    const std::int64_t size = stretch->diffs.size();
    team_.run((size + kNumbersAtOnce - 1) / kNumbersAtOnce, [&](std::int64_t k, int) {
      std::fill_n(stretch->diffs.data() + k * kNumbersAtOnce,
                  std::min(kNumbersAtOnce, size - k * kNumbersAtOnce), 0.0f);
    });
  }
  if (result.weight == 0) return result;
  const auto scale = static_cast<float>(1 / result.weight);
  for (std::size_t k = 0; k < parts.size(); ++k) {
    const std::uint64_t key =
        draw(options_.seed, static_cast<std::uint64_t>(number), static_cast<std::uint32_t>(k));
    result.loss += part({parts[k], scale, key, true}, objective);
  }
  result.loss /= result.weight;
  return result;
}

double Trainer::loss(std::span<const std::vector<Example>> parts, Objective& objective) {
  double weight = 0, sum = 0;
  for (const auto& batch : parts) {
    for (const Example& example : batch) weight += objective.weight(example);
    sum += part({batch, 0, 0, false}, objective);
  }
  return weight > 0 ? sum / weight : 0;
}

void Trainer::update(const Update& update, std::int64_t number, StepResult& result) {
  Parameters& parameters = model_.parameters();
  const auto trained = [&](auto each) {
    for (const Parameter& parameter : parameters.all())
      if (parameter.trained) each(parameter);
  };
  struct Task {
    Stretch* stretch;
    std::int64_t first, count;
    bool matrix;
  };
  std::vector<Task> tasks;
  trained([&](const Parameter& parameter) {
    for (std::int64_t at = 0; at < parameter.size(); at += kNumbersAtOnce)
      tasks.push_back({&parameters.of(parameter), parameter.first + at,
                       std::min(kNumbersAtOnce, parameter.size() - at), parameter.matrix});
  });
  const auto count = static_cast<std::int64_t>(tasks.size());
  const auto span = [](tensor::Tensor& tensor, const Task& task) {
    return std::span<float>(tensor.data() + task.first, static_cast<std::size_t>(task.count));
  };
  std::vector<double> squares(tasks.size());
  team_.run(count, [&](std::int64_t k, int) {
    const Task& task = tasks[static_cast<std::size_t>(k)];
    squares[static_cast<std::size_t>(k)] = dnn::sum_of_squares(span(task.stretch->diffs, task));
  });
  double sum = 0;
  for (const double square : squares) sum += square;
  result.diff_norm = std::sqrt(sum);
  if (!std::isfinite(result.diff_norm))
    throw Error(Kind::data,
                "training: the gradient is no number any more; go on from the last "
                "checkpoint with a lower --lr or with --clip");
  dnn::AdamW adamw = update.adamw;
  adamw.step = number;
  adamw.diff_scale = update.clip > 0 && result.diff_norm > update.clip
                         ? static_cast<float>(update.clip / (result.diff_norm + 1e-6))
                         : 1.0f;
  team_.run(count, [&](std::int64_t k, int) {
    const Task& task = tasks[static_cast<std::size_t>(k)];
    dnn::AdamW own = adamw;
    if (!task.matrix) own.decay = 0;  // biases and norms
    Stretch& stretch = *task.stretch;
    std::uint16_t* rounded =
        stretch.rounded.empty() ? nullptr : stretch.rounded.data() + task.first;
    dnn::adamw(own, span(stretch.values, task), span(stretch.diffs, task),
               span(stretch.first_moments, task), span(stretch.second_moments, task), rounded);
  });
}

}  // namespace nlp::train
