#include "dnn/attention_arrays.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/thread_team.hpp"
#include "dnn/added_scores.hpp"
#include "tensor/broadcast.hpp"

namespace nlp::dnn {
namespace {

using tensor::Shape;
using tensor::Tensor;

[[noreturn]] void fail(const std::string& what) { throw Error(Kind::data, "attention: " + what); }

// What the three arrays have in common.
struct Extents {
  Shape leading;  // the axes before the last two
  std::int64_t texts = 1, queries = 0, keys = 0, heads = 1, head_size = 0, value_size = 0;
};

Extents extents_of(const Tensor& query, const Tensor& key, const Tensor& value,
                   const ArrayAttentionOptions& options) {
  for (const auto& [name, array] : {std::pair("query", &query), {"key", &key}, {"value", &value}})
    if (array->shape().size() < 2)
      fail(fmt::format("{}: shape {} (expected [..., tokens, width])", name,
                       tensor::to_string(array->shape())));
  const Shape &q = query.shape(), &k = key.shape(), &v = value.shape();
  Extents e;
  e.leading.assign(q.begin(), q.end() - 2);
  const auto same_leading = [&](const Shape& other) {
    return std::ranges::equal(e.leading, std::span(other).first(other.size() - 2));
  };
  const std::int64_t width = q.back(), keys = k[k.size() - 2];
  if (!same_leading(k) || !same_leading(v) || k.back() != width || v[v.size() - 2] != keys)
    fail(
        fmt::format("shapes do not fit (expected query [..., T, D], key [..., S, D], value [..., "
                    "S, M], got {}, {}, {})",
                    tensor::to_string(q), tensor::to_string(k), tensor::to_string(v)));
  e.heads = std::max<std::int64_t>(options.heads, 1);
  if (width == 0 || width % e.heads != 0 || v.back() % e.heads != 0)
    fail(fmt::format("widths {} and {} cannot be shared by {} heads", width, v.back(), e.heads));
  e.texts = tensor::count(e.leading);
  e.queries = q[q.size() - 2];
  e.keys = keys;
  e.head_size = width / e.heads;
  e.value_size = v.back() / e.heads;
  return e;
}

std::vector<std::int64_t> steps_of(const Tensor& mask, const Shape& weights) {
  auto steps = tensor::broadcast_steps(mask.shape(), weights);
  if (!steps)
    fail(fmt::format("the mask does not fit (expected a shape that broadcasts to {}, got {})",
                     tensor::to_string(weights), tensor::to_string(mask.shape())));
  return *std::move(steps);
}

// Each head's columns copied to heads of `to` columns: cut off, or filled up with zeros.
Tensor with_head_size(ConstMatrix src, std::int64_t heads, std::int64_t from, std::int64_t to) {
  Tensor dst = Tensor::zeros({src.rows, heads * to});
  for (std::int64_t n = 0; n < src.rows; ++n)
    for (std::int64_t h = 0; h < heads; ++h)
      std::copy_n(src.row(n) + h * from, std::min(from, to), dst.row(n).data() + h * to);
  return dst;
}

// The rows of one text.
template <class Data>
auto rows_of(Data* data, std::int64_t text, std::int64_t rows, std::int64_t columns) {
  return BasicMatrix<Data>{data + text * rows * columns, rows, columns, columns};
}

}  // namespace

AttendedArrays attend(const Device& device, const Tensor& query, const Tensor& key,
                      const Tensor& value, const Tensor* mask,
                      const ArrayAttentionOptions& options) {
  const Extents e = extents_of(query, key, value, options);
  AttentionShape shape{
      .heads = e.heads,
      .head_size = e.head_size,
      .scale = options.scale.value_or(1 / std::sqrt(static_cast<float>(e.head_size)))};
  if (options.causal) shape.after = 0;

  Shape weights = e.leading;
  if (options.heads > 0) weights.push_back(e.heads);
  weights.insert(weights.end(), {e.queries, e.keys});
  std::vector<std::int64_t> steps;
  if (mask) steps = steps_of(*mask, weights);
  Shape output = e.leading;
  output.insert(output.end(), {e.queries, e.heads * e.value_size});
  AttendedArrays result{Tensor::zeros(output), {}};
  if (options.weights) result.weights = Tensor::zeros(weights);
  if (e.keys == 0 || e.queries == 0 || e.value_size == 0) return result;

  // Where of the mask a text begins.
  const auto mask_of = [&](std::int64_t text) {
    std::int64_t at = 0;
    for (std::size_t axis = e.leading.size(); axis-- > 0; text /= e.leading[axis])
      at += text % e.leading[axis] * steps[axis];
    return mask->data() + at;
  };
  const auto attend_text = [&](std::int64_t text, Workspace& workspace) {
    ConstMatrix q = rows_of(query.data(), text, e.queries, e.heads * e.head_size);
    ConstMatrix k = rows_of(key.data(), text, e.keys, e.heads * e.head_size);
    ConstMatrix v = rows_of(value.data(), text, e.keys, e.heads * e.value_size);
    Matrix dst = rows_of(result.output.data(), text, e.queries, e.heads * e.value_size);
    float* const probabilities =
        options.weights ? result.weights.data() + text * e.heads * e.queries * e.keys : nullptr;
    // Zeros change no score: heads of two widths become heads of the larger one.
    Tensor wide_q, wide_k, wide_v, wide_dst;
    AttentionShape call = shape;
    if (e.head_size != e.value_size) {
      call.head_size = std::max(e.head_size, e.value_size);
      wide_q = with_head_size(q, e.heads, e.head_size, call.head_size);
      wide_k = with_head_size(k, e.heads, e.head_size, call.head_size);
      wide_v = with_head_size(v, e.heads, e.value_size, call.head_size);
      wide_dst.resize({e.queries, e.heads * call.head_size});
      q = matrix(std::as_const(wide_q)), k = matrix(std::as_const(wide_k));
      v = matrix(std::as_const(wide_v));
    }
    const Matrix to = wide_dst.empty() ? dst : matrix(wide_dst);
    if (mask) {
      const std::size_t axes = steps.size();
      const AddedScores added{.values = mask_of(text),
                              .head_step = options.heads > 0 ? steps[axes - 3] : 0,
                              .query_step = steps[axes - 2],
                              .key_step = steps[axes - 1]};
      attention(call, q, k, v, to, workspace, added, probabilities);
    } else {
      attention(call, q, k, v, to, workspace, nullptr, probabilities);
    }
    if (wide_dst.empty()) return;
    const Tensor cut = with_head_size(to, e.heads, call.head_size, e.value_size);
    std::ranges::copy(cut.values(), dst.data);
  };

  ThreadTeam team(static_cast<int>(std::min<std::int64_t>(options.threads, e.texts)));
  std::vector<std::unique_ptr<Workspace>> workspaces;
  for (int k = 0; k < team.threads(); ++k)
    workspaces.push_back(std::make_unique<Workspace>(device, 1, options.attention));
  team.run(e.texts, [&](std::int64_t text, int thread) {
    attend_text(text, *workspaces[static_cast<std::size_t>(thread)]);
  });
  return result;
}

}  // namespace nlp::dnn
