// The kernels that work on rows: layer norm, attention, embedding.
#include <cmath>
#include <cstring>
#include <tuple>

#include "dnn/attention.hpp"
#include "dnn/embedding.hpp"
#include "dnn/layer_norm.hpp"
#include "reference/dnn.hpp"
#include "support/catch.hpp"

using namespace nlp::dnn;
using nlp::tensor::Tensor;

TEST_CASE("layer norm is the naive one, with and without a residual or mean, for every width",
          "[dnn]") {
  for (const std::int64_t width : {1, 3, 16, 31, 44, 384, 1025}) {
    const auto src = reference::random({3, width}, 1, 5),
               residual = reference::random({3, width}, 2);
    for (const auto& [with, centered] :
         {std::pair{false, true}, {true, true}, {false, false}, {true, false}}) {
      LayerNorm norm{reference::random({width}, 3), reference::random({width}, 4), 1e-5f, centered};
      Tensor dst({3, width});
      if (with)
        add_layer_norm(norm, matrix(src), matrix(residual), matrix(dst));
      else
        layer_norm(norm, matrix(src), matrix(dst));
      for (int n = 0; n < 3; ++n) {
        reference::Values row;
        for (std::int64_t k = 0; k < width; ++k)
          row.push_back(double{src.row(n)[k]} + (with ? double{residual.row(n)[k]} : 0.0));
        const auto expected = reference::layer_norm(row, norm.scale.data(), norm.shift.data(),
                                                    norm.epsilon, norm.centered);
        for (std::int64_t k = 0; k < width; ++k)
          REQUIRE(dst.row(n)[k] == Approx(expected[k]).margin(2e-5));
      }
    }
  }
}

TEST_CASE("layer norm may write over its source", "[dnn]") {
  auto src = reference::random({2, 50}, 1);
  LayerNorm norm{reference::random({50}, 3), reference::random({50}, 4), 1e-12f};
  Tensor apart({2, 50});
  layer_norm(norm, matrix(src), matrix(apart));
  layer_norm(norm, matrix(src), matrix(src));
  CHECK(std::memcmp(src.data(), apart.data(), 100 * sizeof(float)) == 0);
}

TEST_CASE("attention is the naive one for every length and head size", "[dnn]") {
  const Device device;
  Workspace workspace(device, 1);
  for (const auto& [tokens, heads, size] :
       {std::tuple{1, 4, 8}, {2, 11, 4}, {5, 2, 32}, {16, 3, 17}, {37, 4, 8}, {130, 2, 64}}) {
    const std::int64_t hidden = heads * size;
    const auto qkv = reference::random({tokens, 3 * hidden}, 7);
    Tensor dst({tokens, hidden}), probabilities({heads, tokens, tokens});
    const AttentionShape shape{heads, size, 1 / std::sqrt(static_cast<float>(size))};
    attention(shape, matrix(qkv), matrix(dst), workspace, nullptr, probabilities.data());
    const auto expected = reference::attention(reference::columns(qkv, 0, hidden),
                                               reference::columns(qkv, hidden, hidden),
                                               reference::columns(qkv, 2 * hidden, hidden), heads,
                                               shape.scale, [](auto, auto, auto) { return 0.0; });
    for (std::size_t k = 0; k < expected.context.size(); ++k)
      REQUIRE(dst.values()[k] == Approx(expected.context[k]).margin(1e-5));
    for (std::size_t k = 0; k < expected.probabilities.size(); ++k)
      REQUIRE(probabilities.values()[k] == Approx(expected.probabilities[k]).margin(1e-6));
    Tensor alone({tokens, hidden});
    attention(shape, matrix(qkv), matrix(alone), workspace);
    CHECK(std::memcmp(alone.data(), dst.data(), dst.size() * sizeof(float)) == 0);
  }
}

namespace {
// Something different for every head, query and key.
struct Slope final : ScoreTerm {
  static float at(std::int64_t head, std::int64_t query, std::int64_t key) {
    return 0.1f * static_cast<float>((head + 1) * (query - key) % 7);
  }
  void add(std::int64_t head, std::int64_t query, std::int64_t first,
           std::span<float> scores) const override {
    for (std::size_t k = 0; k < scores.size(); ++k)
      scores[k] += at(head, query, first + static_cast<std::int64_t>(k));
  }
};
}  // namespace

TEST_CASE("attention to a window, to other rows and with a term is the naive one", "[dnn]") {
  const Device device;
  Workspace workspace(device, 1);
  struct Case {
    std::int64_t queries, keys, before, after, query_start;
    bool term;
  };
  constexpr auto kAll = AttentionShape::kAll;
  for (const Case& c : {Case{37, 37, 3, 3, 0, false}, Case{130, 130, 64, 64, 0, false},
                        Case{37, 37, kAll, 0, 0, true}, Case{5, 29, kAll, kAll, 0, true},
                        Case{1, 17, kAll, 0, 16, false}, Case{3, 40, 20, 0, 37, true},
                        Case{70, 70, 0, 0, 0, true}}) {
    const std::int64_t heads = 3, size = 8, hidden = heads * size;
    const auto query = reference::random({c.queries, hidden}, 1),
               key = reference::random({c.keys, hidden}, 2),
               value = reference::random({c.keys, hidden}, 3);
    const AttentionShape shape{heads, size, 0.3f, c.before, c.after, c.query_start};
    const Slope slope;
    Tensor dst({c.queries, hidden}), probabilities({heads, c.queries, c.keys});
    attention(shape, matrix(query), matrix(key), matrix(value), matrix(dst), workspace,
              c.term ? &slope : nullptr, probabilities.data());
    const auto expected = reference::attention(
        query, key, value, heads, shape.scale,
        [&](std::int64_t h, std::int64_t i, std::int64_t j) -> double {
          const auto at = c.query_start + i;
          if ((c.before != kAll && j < at - c.before) || (c.after != kAll && j > at + c.after))
            return -INFINITY;
          return c.term ? Slope::at(h, at, j) : 0;
        });
    INFO(c.queries << " queries, " << c.keys << " keys, " << c.before << " before");
    for (std::size_t k = 0; k < expected.context.size(); ++k)
      REQUIRE(dst.values()[k] == Approx(expected.context[k]).margin(1e-5));
    for (std::size_t k = 0; k < expected.probabilities.size(); ++k)
      REQUIRE(probabilities.values()[k] == Approx(expected.probabilities[k]).margin(1e-6));
  }
}

TEST_CASE("attention of huge scores stays finite and sums to one", "[dnn]") {
  const Device device;
  Workspace workspace(device, 1);
  const auto qkv = reference::random({9, 48}, 7, 1e4f);
  Tensor dst({9, 16}), probabilities({2, 9, 9});
  attention({2, 8, 1}, matrix(qkv), matrix(dst), workspace, nullptr, probabilities.data());
  for (int row = 0; row < 18; ++row) {
    double sum = 0;
    for (int k = 0; k < 9; ++k) sum += probabilities.values()[row * 9 + k];
    CHECK(sum == Approx(1));
  }
}

TEST_CASE("an embedding reads bfloat16 and float16 tables where they lie", "[dnn]") {
  const std::uint16_t bf16[] = {0x3f80, 0x4000, 0xbf00, 0x0000};  // 1 2 -0.5 0
  const std::uint16_t f16[] = {0x3c00, 0x4000, 0xb800, 0x0001};   // 1 2 -0.5 2^-24
  using nlp::tensor::DType;
  const std::int32_t ids[] = {1, 0};
  Tensor dst({2, 2});
  Embedding({DType::bf16, {2, 2}, reinterpret_cast<const std::byte*>(bf16)})
      .look_up(ids, matrix(dst));
  CHECK(dst.values()[0] == -0.5f);
  CHECK(dst.values()[2] == 1.0f);
  Embedding({DType::f16, {2, 2}, reinterpret_cast<const std::byte*>(f16)}).add(ids, matrix(dst));
  CHECK(dst.values()[0] == -1.0f);
  CHECK(dst.values()[1] == std::ldexp(1.0f, -24));
  CHECK(dst.values()[3] == 4.0f);
}
