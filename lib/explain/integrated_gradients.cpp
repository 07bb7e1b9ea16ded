#include "explain/integrated_gradients.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "explain/quadrature.hpp"
#include "model/encoder.hpp"

namespace nlp::explain {
namespace {

// Tokens that one thread works on at once, and that all do: what the way back keeps of each is
// large.  They depend on nothing, so that no sum does.
constexpr std::int64_t kShardTokens = 256;
constexpr std::int64_t kPassTokens = 1024;

train::TrainedModel open(const std::filesystem::path& directory, model::Head head,
                         dnn::ComputeType type) {
  try {
    train::ModelPlan plan;
    plan.source = directory;
    plan.head = head;
    plan.type = type;
    return train::TrainedModel(plan);
  } catch (const Error& error) {
    if (error.kind() != Kind::model) throw;
    throw Error(Kind::model,
                fmt::format("--method integrated-gradients: {}; --method leave-one-out works with "
                            "every family",
                            error.what()));
  }
}

}  // namespace

// From the baseline to the text: rows of words [T,E].
struct IntegratedGradients::Way {
  const Subject& subject;
  tensor::Tensor from, to;

  std::int64_t tokens() const { return from.rows(); }
};

IntegratedGradients::IntegratedGradients(const std::filesystem::path& directory, model::Head head,
                                         dnn::ComputeType type, int threads)
    : model_(open(directory, head, type)),
      device_(type),
      team_(threads),
      buffers_(static_cast<std::size_t>(threads)) {
  model_.head()->freeze_last();
  for (int k = 0; k < threads; ++k)
    workspaces_.push_back(std::make_unique<dnn::Workspace>(device_, 1));
}
IntegratedGradients::~IntegratedGradients() = default;

// Of each point the text's rows between baseline and text, some points to a shard.
std::size_t IntegratedGradients::fill_shards(std::span<const Point> points, const Way& way) {
  const tokenizer::Encoding& encoding = way.subject.encoding;
  const Goal& goal = way.subject.goal;
  const std::int64_t tokens = way.tokens(), width = model_.encoder().embedding_size();
  const bool whole = goal.head == model::Head::sequence_classification &&
                     model_.config().pooling == model::SequencePooling::mean;
  const auto each = static_cast<std::size_t>(std::max<std::int64_t>(1, kShardTokens / tokens));
  std::size_t used = 0;
  for (std::size_t first = 0; first < points.size(); first += each) {
    if (used == shards_.size()) shards_.emplace_back();
    train::Shard& shard = shards_[used++];
    const auto some = points.subspan(first, std::min(each, points.size() - first));
    shard.batch = {};
    shard.wanted = {{}, {0}, {}};
    shard.some = !whole && tokens > 1;
    shard.words.resize({std::ssize(some) * tokens, width});
    float* dst = shard.words.data();
    for (const Point& point : some) {
      const auto begin = static_cast<std::int32_t>(shard.batch.rows());
      const auto at = static_cast<float>(point.at);
      shard.batch.add(encoding.ids, encoding.type_ids);
      for (std::int64_t k = 0; k < tokens * width; ++k, ++dst)
        *dst = way.from.data()[k] + at * (way.to.data()[k] - way.from.data()[k]);
      for (std::int64_t t = 0; t < tokens; ++t) {
        if (!whole && t != goal.row) continue;
        shard.wanted.rows.push_back(begin + static_cast<std::int32_t>(t));
        shard.wanted.positions.push_back(static_cast<std::int32_t>(t));
      }
      shard.wanted.starts.push_back(static_cast<std::int64_t>(shard.wanted.rows.size()));
    }
  }
  return used;
}

// rows_ of all points, `rows_each` of each, through the head; they become their own gradient.
void IntegratedGradients::head_pass(std::span<Point> points, const Way& way,
                                    std::int64_t rows_each) {
  const std::int64_t hidden = model_.config().hidden_size, count = std::ssize(points);
  const dnn::Matrix rows = dnn::matrix(rows_);
  dnn::Matrix src = rows;
  if (rows_each > 1) {  // the mean of a text's rows
    src = train::padded_matrix(pooled_, count, hidden);
    std::fill_n(src.data, src.rows * hidden, 0.0f);
    for (std::int64_t r = 0; r < count * rows_each; ++r)
      for (std::int64_t k = 0; k < hidden; ++k)
        src.row(r / rows_each)[k] += rows.row(r)[k] / static_cast<float>(rows_each);
  }
  const auto slopes = [&](std::int64_t first, dnn::ConstMatrix logits, dnn::StoredRows& diff) {
    std::vector<float> values(static_cast<std::size_t>(logits.columns));
    for (std::int64_t n = 0; n < logits.rows; ++n) {
      const std::span<const float> row(logits.row(n), values.size());
      points[static_cast<std::size_t>(first + n)].value = value_of(way.subject.goal, row);
      slopes_of(way.subject.goal, row, values);
      diff.set_row(first + n, values);
    }
  };
  model_.head()->forward_backward({team_, workspaces_}, model_.parameters(), src, count, {},
                                  slopes);
  if (rows_each == 1) return;
  for (std::int64_t r = 0; r < count * rows_each; ++r)
    for (std::int64_t k = 0; k < hidden; ++k)
      rows.row(r)[k] = src.row(r / rows_each)[k] / static_cast<float>(rows_each);
}

// Fills the points' values, and adds their part of the integral to `weights` [T].
void IntegratedGradients::run(std::span<Point> points, const Way& way, std::span<double> weights) {
  const std::size_t used = fill_shards(points, way);
  const std::int64_t hidden = model_.config().hidden_size, tokens = way.tokens();
  const std::int64_t vectors = model_.parameters().vectors();
  const auto pass = [&](int thread) {
    const auto k = static_cast<std::size_t>(thread);
    return train::Encoder::Pass{model_.parameters(), {}, *workspaces_[k], buffers_[k]};
  };
  const auto for_shards = [&](auto work) {
    team_.run(static_cast<std::int64_t>(used), [&](std::int64_t k, int thread) {
      work(shards_[static_cast<std::size_t>(k)], thread);
    });
  };
  for_shards(
      [&](train::Shard& shard, int thread) { model_.encoder().forward(pass(thread), shard); });

  std::int64_t count = 0;
  for (std::size_t k = 0; k < used; ++k) count += std::ssize(shards_[k].wanted.rows);
  const dnn::Matrix rows = train::padded_matrix(rows_, count, hidden);
  std::fill_n(rows.row(count), (rows.rows - count) * hidden, 0.0f);
  std::vector<std::int64_t> first;
  std::int64_t row = 0;
  for (std::size_t k = 0; k < used; ++k) {
    first.push_back(row);
    const auto own = std::ssize(shards_[k].wanted.rows);
    std::copy_n(shards_[k].rows.data(), own * hidden, rows.row(row));
    row += own;
  }
  head_pass(points, way, count / std::ssize(points));

  for_shards([&](train::Shard& shard, int thread) {
    const auto own = std::ssize(shard.wanted.rows);
    const dnn::Matrix diff = train::padded_matrix(shard.diff, own, hidden);
    std::copy_n(rows.row(first[static_cast<std::size_t>(&shard - shards_.data())]), own * hidden,
                diff.data);
    std::fill_n(diff.row(own), (diff.rows - own) * hidden, 0.0f);
    shard.vectors.resize({vectors});
    std::ranges::fill(shard.vectors.values(), 0.0f);
    model_.encoder().backward(pass(thread), shard);
  });

  std::size_t point = 0;
  for (std::size_t k = 0; k < used; ++k)
    for (std::int64_t text = 0; text < shards_[k].batch.texts(); ++text, ++point)
      for (std::int64_t t = 0; t < tokens; ++t) {
        const auto slope = shards_[k].diff_embedded.row(text * tokens + t);
        double sum = 0;
        for (std::size_t e = 0; e < slope.size(); ++e)
          sum += (double{way.to.row(t)[e]} - way.from.row(t)[e]) * slope[e];
        weights[static_cast<std::size_t>(t)] += points[point].weight * sum;
      }
}

Weights IntegratedGradients::operator()(const Subject& subject, std::int32_t placeholder,
                                        std::int64_t steps) {
  const auto tokens = std::ssize(subject.encoding.ids);
  model::Batch whole;
  whole.add(subject.encoding.ids, subject.encoding.type_ids);
  model::check_batch(model_.config(), whole);
  const std::int64_t width = model_.encoder().embedding_size();
  const float* const table = model_.parameters().matrix_value(model_.encoder().word_table());
  Way way{subject, tensor::Tensor({tokens, width}), tensor::Tensor({tokens, width})};
  for (std::int64_t t = 0; t < tokens; ++t) {
    const auto at = static_cast<std::size_t>(t);
    const std::int32_t id = subject.encoding.ids[at];
    std::copy_n(table + id * width, width, way.to.row(t).data());
    std::copy_n(table + (subject.counts(at) ? placeholder : id) * width, width,
                way.from.row(t).data());
  }
  std::vector<Point> points;
  for (const auto& [at, weight] : gauss_legendre(steps)) points.push_back({at, weight, 0});
  points.push_back({0, 0, 0});  // both ends, for their values
  points.push_back({1, 0, 0});

  Weights weights;
  weights.tokens.resize(subject.encoding.size());
  const auto at_once = static_cast<std::size_t>(std::max<std::int64_t>(1, kPassTokens / tokens));
  for (std::size_t first = 0; first < points.size(); first += at_once)
    run(std::span(points).subspan(first, std::min(at_once, points.size() - first)), way,
        weights.tokens);
  weights.baseline = points[points.size() - 2].value;
  weights.value = points.back().value;
  return weights;
}

}  // namespace nlp::explain
