// Attention over blocks of keys is exact attention.
#include <cmath>
#include <cstring>

#include "dnn/attention.hpp"
#include "reference/dnn.hpp"
#include "support/catch.hpp"

using namespace nlp::dnn;
using nlp::tensor::Tensor;

namespace {

const AttentionOptions kBlocked{AttentionKernel::blocked};
constexpr auto kAll = AttentionShape::kAll;

// Something different for every head, query and key; one key in a hundred stays visible to query 3,
// and to query 5 none of the first 300.
struct Hidden final : ScoreTerm {
  static float at(std::int64_t head, std::int64_t query, std::int64_t key) {
    const bool hidden = (query == 3 && key % 100 != 7) || (query == 5 && key < 300);
    return hidden ? -INFINITY : 0.1f * static_cast<float>((head + 1) * (query - key) % 7);
  }
  void add(std::int64_t head, std::int64_t query, std::int64_t first,
           std::span<float> scores) const override {
    for (std::size_t k = 0; k < scores.size(); ++k)
      scores[k] += at(head, query, first + static_cast<std::int64_t>(k));
  }
};

struct Case {
  std::int64_t queries, keys, heads, size, before, after, query_start;
  bool term;
};

void check(const Case& c) {
  const Device device;
  Workspace workspace(device, 1, kBlocked);
  const std::int64_t hidden = c.heads * c.size;
  const auto query = reference::random({c.queries, hidden}, 1),
             key = reference::random({c.keys, hidden}, 2),
             value = reference::random({c.keys, hidden}, 3);
  const AttentionShape shape{c.heads, c.size, 0.3f, c.before, c.after, c.query_start};
  const Hidden term;
  Tensor dst({c.queries, hidden}), probabilities({c.heads, c.queries, c.keys});
  attention(shape, matrix(query), matrix(key), matrix(value), matrix(dst), workspace,
            c.term ? &term : nullptr, probabilities.data());
  const auto expected = reference::attention(
      query, key, value, c.heads, double{shape.scale},
      [&](std::int64_t h, std::int64_t i, std::int64_t j) -> double {
        const auto at = c.query_start + i;
        if ((c.before != kAll && j < at - c.before) || (c.after != kAll && j > at + c.after))
          return -INFINITY;
        return c.term ? double{Hidden::at(h, at, j)} : 0;
      });
  double most = 0, most_share = 0;
  for (std::size_t k = 0; k < expected.context.size(); ++k)
    most = std::max(most, std::abs(double{dst.values()[k]} - expected.context[k]));
  for (std::size_t k = 0; k < expected.probabilities.size(); ++k)
    most_share = std::max(most_share,
                          std::abs(double{probabilities.values()[k]} - expected.probabilities[k]));
  INFO(c.queries << " queries, " << c.keys << " keys, " << c.size << " values a head");
  CHECK(most < 1e-5);
  CHECK(most_share < 1e-6);

  Tensor alone({c.queries, hidden});
  attention(shape, matrix(query), matrix(key), matrix(value), matrix(alone), workspace,
            c.term ? &term : nullptr);
  CHECK(std::memcmp(alone.data(), dst.data(), alone.values().size_bytes()) == 0);
}

}  // namespace

TEST_CASE("attention in blocks is the naive one for every length and head size", "[dnn]") {
  check({1, 1, 4, 8, kAll, kAll, 0, false});
  check({2, 2, 11, 4, kAll, kAll, 0, false});
  check({37, 37, 3, 17, kAll, kAll, 0, false});
  check({256, 256, 2, 32, kAll, kAll, 0, false});
  check({300, 257, 2, 64, kAll, kAll, 0, false});
  check({1000, 1000, 1, 20, kAll, kAll, 0, false});
}

TEST_CASE("attention in blocks keeps windows and terms", "[dnn]") {
  check({1000, 1000, 1, 8, 64, 64, 0, false});
  check({700, 700, 1, 8, 3, 0, 0, true});
  check({300, 300, 2, 8, kAll, 0, 0, true});
  check({5, 600, 3, 8, kAll, kAll, 0, true});
  check({1, 517, 3, 8, kAll, 0, 516, true});
  check({5, 300, 3, 8, 20, 4, 270, true});
  check({70, 70, 2, 8, 0, 0, 0, true});
}

TEST_CASE("attention in blocks of huge scores stays finite", "[dnn]") {
  const Device device;
  Workspace exact(device, 1), blocked(device, 1, kBlocked);
  const auto qkv = reference::random({600, 48}, 7, 1e4f);
  Tensor one({600, 16}), two({600, 16});
  attention({2, 8, 1}, matrix(qkv), matrix(one), exact);
  attention({2, 8, 1}, matrix(qkv), matrix(two), blocked);
  for (std::size_t k = 0; k < one.values().size(); ++k)
    REQUIRE(two.values()[k] == Approx(one.values()[k]).margin(1));
}

TEST_CASE("a query that sees no key gets zeros in blocks", "[dnn]") {
  const Device device;
  Workspace workspace(device, 1, kBlocked);
  const auto query = reference::random({2, 8}, 1), key = reference::random({9, 8}, 2);
  Tensor dst({2, 8}), probabilities({1, 2, 9});
  // Query 0 is at 20, behind all keys and beyond its reach.
  attention({1, 8, 1, 3, 3, 20}, matrix(query), matrix(key), matrix(key), matrix(dst), workspace,
            nullptr, probabilities.data());
  for (const float number : dst.values()) CHECK(number == 0);
  for (const float number : probabilities.values()) CHECK(number == 0);
}
