#include "model/global_attention.hpp"

#include <algorithm>
#include <limits>

namespace nlp::model {
namespace {

// So many queries are worked on together; they and what is near to them are one small attention.
constexpr std::int64_t kQueries = 128;

// Hides the keys that are neither global nor near.  The keys are the global ones, then those of the
// tokens from `first_key` on; query 0 is token `first_query`.
class Near final : public dnn::ScoreTerm {
 public:
  Near(std::int64_t globals, std::int64_t first_key, std::int64_t first_query, std::int64_t reach)
      : globals_(globals), first_key_(first_key), first_query_(first_query), reach_(reach) {}

  void add(std::int64_t /*head*/, std::int64_t query, std::int64_t first,
           std::span<float> scores) const override {
    const std::int64_t at = first_query_ + query, count = std::ssize(scores);
    const auto hide = [&](std::int64_t from, std::int64_t to) {
      from = std::clamp<std::int64_t>(from - first, 0, count);
      to = std::clamp<std::int64_t>(to - first, 0, count);
      if (from < to)
        std::fill(scores.begin() + from, scores.begin() + to,
                  -std::numeric_limits<float>::infinity());
    };
    const std::int64_t shift = globals_ - first_key_;
    hide(globals_, shift + at - reach_);
    hide(std::max(globals_, shift + at + reach_ + 1), first + count);
  }

 private:
  std::int64_t globals_, first_key_, first_query_, reach_;
};

}  // namespace

struct GlobalAttention::Text {
  dnn::Matrix rows;         // [T,3*A*D]
  dnn::Matrix global_rows;  // [T,2*A*D]
  dnn::Matrix dst;          // [T,A*D]
  std::int64_t globals;
};

std::int64_t global_tokens(const Config& config, std::span<const std::int32_t> ids) {
  if (config.global_tokens == GlobalTokens::none || ids.empty()) return 0;
  if (config.global_tokens == GlobalTokens::first) return 1;
  const auto separator = std::find(ids.begin(), ids.end(), config.sep_token_id);
  return separator == ids.end() ? 0 : separator - ids.begin();
}

void GlobalAttention::see_near(const Text& text, std::int64_t first, std::int64_t last,
                               dnn::Workspace& workspace, float* probabilities) const {
  const std::int64_t width = shape_.heads * shape_.head_size, tokens = text.rows.rows;
  const std::int64_t globals = text.globals, reach = shape_.before;
  const std::int64_t first_key = first - globals > reach ? first - reach : globals;
  const std::int64_t last_key = tokens - last > reach ? last + reach : tokens;
  const std::int64_t keys = globals + last_key - first_key;
  tensor::Tensor gathered({keys, 2 * width});
  for (std::int64_t k = 0; k < keys; ++k)
    std::copy_n(text.rows.row(k < globals ? k : first_key + k - globals) + width, 2 * width,
                gathered.row(k).data());
  const Near term(globals, first_key, first, reach);
  dnn::AttentionShape shape = shape_;
  shape.before = shape.after = dnn::AttentionShape::kAll;
  tensor::Tensor shares;
  if (probabilities) shares.resize({shape.heads, last - first, keys});
  dnn::attention(shape, {text.rows.row(first), last - first, width, text.rows.stride},
                 {gathered.data(), keys, width, 2 * width},
                 {gathered.data() + width, keys, width, 2 * width},
                 {text.dst.row(first), last - first, width, text.dst.stride}, workspace, &term,
                 probabilities ? shares.data() : nullptr);
  if (!probabilities) return;
  for (std::int64_t h = 0; h < shape.heads; ++h)
    for (std::int64_t i = first; i < last; ++i) {
      const float* from = shares.data() + (h * (last - first) + i - first) * keys;
      float* to = probabilities + (h * tokens + i) * tokens;
      std::fill_n(to, tokens, 0.0f);
      std::copy_n(from, globals, to);
      std::copy(from + globals, from + keys, to + first_key);
    }
}

void GlobalAttention::see_all(const Text& text, const AttentionCall& call,
                              float* probabilities) const {
  const std::int64_t width = shape_.heads * shape_.head_size, tokens = text.rows.rows;
  const std::int64_t globals = text.globals;
  const std::int64_t first = (text.dst.data - call.dst.data) / call.dst.stride;
  tensor::Tensor query({globals, width}), shares;
  global_query_.forward({call.src.row(first), globals, call.src.columns, call.src.stride},
                        dnn::matrix(query), call.workspace);
  dnn::AttentionShape shape = shape_;
  shape.before = shape.after = dnn::AttentionShape::kAll;
  if (probabilities) shares.resize({shape.heads, globals, tokens});
  dnn::attention(shape, dnn::matrix(query), {text.global_rows.data, tokens, width, 2 * width},
                 {text.global_rows.data + width, tokens, width, 2 * width},
                 {text.dst.data, globals, width, text.dst.stride}, call.workspace, nullptr,
                 probabilities ? shares.data() : nullptr);
  if (!probabilities) return;
  for (std::int64_t h = 0; h < shape.heads; ++h)
    std::copy_n(shares.data() + h * globals * tokens, globals * tokens,
                probabilities + h * tokens * tokens);
}

void GlobalAttention::forward(const AttentionCall& call) const {
  const std::int64_t width = shape_.heads * shape_.head_size;
  BlockBuffers& buffers = call.buffers;
  buffers.query_key_value.resize({call.batch.rows(), 3 * width});
  // Free until the feed-forward.
  buffers.intermediate.resize({call.batch.rows(), 2 * width});
  const dnn::Matrix rows = dnn::matrix(buffers.query_key_value),
                    global_rows = dnn::matrix(buffers.intermediate);
  query_key_value_.forward(call.src, rows, call.workspace);
  global_key_value_.forward(call.src, global_rows, call.workspace);
  for (std::int64_t b = 0; b < call.batch.texts(); ++b) {
    const auto first = call.batch.starts[b], size = call.batch.starts[b + 1] - first;
    if (size == 0) {
      next_probabilities(call, shape_.heads, 0);
      continue;
    }
    const auto ids = std::span(call.batch.ids)
                         .subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(size));
    const Text text{{rows.row(first), size, 3 * width, 3 * width},
                    {global_rows.row(first), size, 2 * width, 2 * width},
                    {call.dst.row(first), size, width, call.dst.stride},
                    global_tokens(config_, ids)};
    float* probabilities = next_probabilities(call, shape_.heads, size);
    if (text.globals > 0) see_all(text, call, probabilities);
    for (std::int64_t query = text.globals; query < size; query += kQueries)
      see_near(text, query, std::min(query + kQueries, size), call.workspace, probabilities);
  }
}

}  // namespace nlp::model
