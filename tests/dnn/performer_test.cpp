// Attention by random features: it computes what it says, and comes near to exact attention.
#include "dnn/performer.hpp"

#include <cmath>
#include <cstring>

#include "base/error.hpp"
#include "dnn/random_features.hpp"
#include "reference/performer.hpp"
#include "support/catch.hpp"

using namespace nlp::dnn;
using nlp::tensor::Tensor;

namespace {

AttentionOptions performer(std::int64_t features) { return {AttentionKernel::performer, features}; }

// |a - b| / |b|.
double distance(const Tensor& a, const Tensor& b) {
  double errors = 0, squares = 0;
  for (std::size_t k = 0; k < b.values().size(); ++k) {
    errors += std::pow(double{a.values()[k]} - double{b.values()[k]}, 2);
    squares += std::pow(double{b.values()[k]}, 2);
  }
  return std::sqrt(errors / squares);
}

}  // namespace

TEST_CASE("random features are orthogonal and of normal length, always the same", "[dnn]") {
  const Tensor few = random_features(40, 24), many = random_features(2400, 24);
  CHECK(std::memcmp(few.data(), many.data(), few.values().size_bytes()) == 0);
  const auto dot = [&](std::int64_t a, std::int64_t b) {
    double sum = 0;
    for (std::size_t k = 0; k < 24; ++k) sum += double{many.row(a)[k]} * double{many.row(b)[k]};
    return sum;
  };
  double squares = 0, between = 0;
  for (std::int64_t f = 0; f < many.rows(); ++f) {
    squares += dot(f, f) / 2400;
    for (std::int64_t g = f / 24 * 24; g < f; ++g) CHECK(std::abs(dot(f, g)) < 1e-4);
    if (f >= 24) between += std::abs(dot(f, f - 24)) / 2400;
  }
  CHECK(squares == Approx(24).epsilon(0.02));
  CHECK(between > 1);  // the next ones are drawn anew
}

TEST_CASE("the performer is the naive one", "[dnn]") {
  const Device device;
  struct Case {
    std::int64_t queries, keys, heads, size, features;
  };
  for (const Case& c : {Case{1, 1, 2, 8, 5}, Case{37, 37, 3, 17, 64}, Case{100, 203, 2, 32, 77},
                        Case{7, 96, 1, 64, 130}}) {
    const auto hidden = c.heads * c.size;
    const auto query = reference::random({c.queries, hidden}, 1, 0.8f),
               key = reference::random({c.keys, hidden}, 2),
               value = reference::random({c.keys, hidden}, 3);
    Workspace workspace(device, 1, performer(c.features));
    const AttentionShape shape{c.heads, c.size, 0.2f};
    Tensor dst({c.queries, hidden});
    attention(shape, matrix(query), matrix(key), matrix(value), matrix(dst), workspace);
    const auto expected = reference::performer(
        query, key, value, random_features(c.features, c.size), c.heads, double{shape.scale});
    INFO(c.queries << " queries, " << c.keys << " keys, " << c.features << " features");
    for (std::size_t k = 0; k < expected.size(); ++k)
      REQUIRE(dst.values()[k] == Approx(expected[k]).margin(1e-4));
  }
}

TEST_CASE("the performer's error falls with the number of features", "[dnn]") {
  const Device device;
  const std::int64_t tokens = 128, heads = 12, size = 32, hidden = heads * size;
  // Queries and keys with a common part, as trained ones have, and values likewise.
  auto qkv = reference::random({tokens, 3 * hidden}, 7, 0.5f);
  const auto common = reference::random({1, 3 * hidden}, 8);
  for (std::int64_t t = 0; t < tokens; ++t)
    for (std::int64_t k = 0; k < 3 * hidden; ++k) qkv.row(t)[k] += common.row(0)[k];
  const AttentionShape shape{heads, size, 1 / std::sqrt(static_cast<float>(size))};
  Tensor exact({tokens, hidden});
  Workspace workspace(device, 1);
  attention(shape, matrix(qkv), matrix(exact), workspace);
  std::vector<double> errors;
  for (const std::int64_t features : {16, 64, 256, 1024, 4096}) {
    Workspace approximate(device, 1, performer(features));
    Tensor dst({tokens, hidden});
    attention(shape, matrix(qkv), matrix(dst), approximate);
    errors.push_back(distance(dst, exact));
    UNSCOPED_INFO(features << " features: " << errors.back());
  }
  for (std::size_t k = 1; k < errors.size(); ++k) CHECK(errors[k] < 0.9 * errors[k - 1]);
  CHECK(errors.back() < errors.front() / 5);
  CHECK(errors[2] < 0.02);
  CHECK(errors.back() > 1e-5);
}

TEST_CASE("the performer of a text does not depend on what was computed before", "[dnn]") {
  const Device device;
  Workspace fresh(device, 1, performer(64)), used(device, 1, performer(64));
  const auto other = reference::random({200, 96}, 1, 9), qkv = reference::random({37, 96}, 2);
  Tensor more({200, 32}), one({37, 32}), two({37, 32});
  attention({4, 8, 0.35f}, matrix(other), matrix(more), used);
  attention({4, 8, 0.35f}, matrix(qkv), matrix(one), fresh);
  attention({4, 8, 0.35f}, matrix(qkv), matrix(two), used);
  CHECK(std::memcmp(one.data(), two.data(), one.values().size_bytes()) == 0);
}

TEST_CASE("the performer of huge scores stays finite", "[dnn]") {
  const Device device;
  Workspace workspace(device, 1, performer(64));
  const auto qkv = reference::random({150, 96}, 2, 1e3f);
  Tensor dst({150, 32});
  attention({4, 8, 1}, matrix(qkv), matrix(dst), workspace);
  for (const float number : dst.values()) CHECK(std::isfinite(number));
}

TEST_CASE("the performer refuses what random features cannot do", "[dnn]") {
  struct Nothing final : ScoreTerm {
    void add(std::int64_t, std::int64_t, std::int64_t, std::span<float>) const override {}
  } const term;
  const Device device;
  Workspace workspace(device, 1, performer(64));
  const auto qkv = reference::random({5, 24}, 2);
  Tensor dst({5, 8}), probabilities({1, 5, 5});
  CHECK_THROWS_AS(attention({1, 8, 1}, matrix(qkv), matrix(dst), workspace, &term), nlp::Error);
  CHECK_THROWS_AS(attention({1, 8, 1, 2, 2}, matrix(qkv), matrix(dst), workspace), nlp::Error);
  CHECK_THROWS_AS(
      attention({1, 8, 1}, matrix(qkv), matrix(dst), workspace, nullptr, probabilities.data()),
      nlp::Error);
}
