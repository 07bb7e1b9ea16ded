#include "dnn/attention_training.hpp"

#include <cmath>
#include <cstring>
#include <tuple>
#include <vector>

#include "reference/training.hpp"
#include "support/catch.hpp"

using namespace nlp::dnn;
using nlp::tensor::Tensor;
using reference::NaiveAttention;
using reference::Values;

namespace {

constexpr auto kAll = AttentionShape::kAll;

struct Sizes {
  std::int64_t queries, keys, heads, size;
  std::int64_t window = kAll;                // before and after
  std::vector<std::int32_t> positions = {};  // of the queries
};

// Random rows, and what the fast kernels make of them.
struct Attended {
  explicit Attended(const Sizes& sizes, Dropout dropout = {})
      : query(reference::random({sizes.queries, sizes.heads * sizes.size}, 1)),
        key(reference::random({sizes.keys, sizes.heads * sizes.size}, 2)),
        value(reference::random({sizes.keys, sizes.heads * sizes.size}, 3)),
        diff(reference::random(query.shape(), 4)),
        dst(query.shape()),
        diff_query(query.shape()),
        diff_key(key.shape()),
        diff_value(value.shape()),
        positions(sizes.positions) {
    call.shape = {sizes.heads, sizes.size, 1 / std::sqrt(static_cast<float>(sizes.size)),
                  sizes.window, sizes.window};
    call.positions = positions;
    call.dropout = dropout;
  }

  void run() {
    const Device device;
    Workspace workspace(device, 1);
    attention_forward(call, matrix(query), matrix(key), matrix(value), matrix(dst), workspace);
    attention_backward(call, matrix(query), matrix(key), matrix(value), matrix(diff),
                       matrix(diff_query), matrix(diff_key), matrix(diff_value), workspace);
  }

  AttentionForTraining call;
  Tensor query, key, value, diff, dst, diff_query, diff_key, diff_value;
  std::vector<std::int32_t> positions;
};

NaiveAttention naive_of(const AttentionForTraining& call) {
  NaiveAttention naive{static_cast<std::size_t>(call.shape.heads),
                       static_cast<std::size_t>(call.shape.head_size), double{call.shape.scale},
                       nullptr, [](std::size_t, std::size_t, std::size_t) { return 1.0; }};
  naive.seen = [&call](std::size_t i, std::size_t j) {
    const auto place = call.positions.empty() ? static_cast<std::int64_t>(i) : call.positions[i];
    const std::int64_t apart = std::abs(place - static_cast<std::int64_t>(j));
    return apart <= call.shape.before;
  };
  return naive;
}

void check(const Attended& fast, const NaiveAttention& naive) {
  const Values query = reference::values_of(fast.query), key = reference::values_of(fast.key),
               value = reference::values_of(fast.value), diff = reference::values_of(fast.diff);
  CHECK(reference::apart(fast.dst.values(), reference::attention(naive, query, key, value)) < 1e-5);
  const auto expected = reference::attention_gradients(naive, query, key, value, diff);
  CHECK(reference::apart(fast.diff_query.values(), expected.query) < 2e-5);
  CHECK(reference::apart(fast.diff_key.values(), expected.key) < 2e-5);
  CHECK(reference::apart(fast.diff_value.values(), expected.value) < 2e-5);
}

// The factors of dropout [A,T,S], read out by values of which each has a 1 of its own.
std::vector<float> factors_of(const AttentionForTraining& call, std::int64_t tokens) {
  const std::int64_t heads = call.shape.heads, size = call.shape.head_size;
  REQUIRE(size >= tokens);
  const Tensor even = Tensor::zeros({tokens, heads * size});  // all probabilities are the same
  Tensor value = Tensor::zeros({tokens, heads * size}), dst({tokens, heads * size});
  for (std::int64_t j = 0; j < tokens; ++j)
    for (std::int64_t h = 0; h < heads; ++h) value.row(j)[h * size + j] = 1;
  const Device device;
  Workspace workspace(device, 1);
  attention_forward(call, matrix(even), matrix(even), matrix(value), matrix(dst), workspace);
  std::vector<float> factors;
  for (std::int64_t h = 0; h < heads; ++h)
    for (std::int64_t i = 0; i < tokens; ++i)
      for (std::int64_t j = 0; j < tokens; ++j)
        factors.push_back(dst.row(i)[h * size + j] * static_cast<float>(tokens));
  return factors;
}

}  // namespace

TEST_CASE("the naive attention's gradients are the differences of its values", "[dnn]") {
  NaiveAttention naive{2, 3, 0.6, [](std::size_t i, std::size_t j) { return j <= i + 2; },
                       [](std::size_t h, std::size_t i, std::size_t j) {
                         return (h + i + 2 * j) % 3 == 0 ? 0.0 : 1.5;
                       }};
  Values query = reference::values_of(reference::random({4, 6}, 1)),
         key = reference::values_of(reference::random({5, 6}, 2)),
         value = reference::values_of(reference::random({5, 6}, 3));
  const Values diff = reference::values_of(reference::random({4, 6}, 4));
  const auto loss = [&] {
    return reference::dot(reference::attention(naive, query, key, value), diff);
  };
  const auto found = reference::attention_gradients(naive, query, key, value, diff);
  CHECK(reference::apart(found.query, reference::slopes(query, loss)) < 1e-8);
  CHECK(reference::apart(found.key, reference::slopes(key, loss)) < 1e-8);
  CHECK(reference::apart(found.value, reference::slopes(value, loss)) < 1e-8);
}

TEST_CASE("attention and its gradients are the naive ones for every length and head size",
          "[dnn]") {
  for (const Sizes& sizes : {Sizes{1, 1, 1, 8}, Sizes{2, 2, 3, 17}, Sizes{3, 3, 2, 80},
                             Sizes{7, 7, 4, 8}, Sizes{16, 16, 2, 32}, Sizes{17, 17, 1, 64},
                             Sizes{33, 33, 3, 9}, Sizes{70, 70, 2, 64}, Sizes{65, 65, 1, 80}}) {
    INFO(sizes.queries << " tokens, " << sizes.heads << " heads of " << sizes.size);
    Attended fast(sizes);
    fast.run();
    check(fast, naive_of(fast.call));
  }
}

TEST_CASE("attention to near keys has the naive gradients", "[dnn]") {
  for (const Sizes& sizes : {Sizes{5, 5, 2, 8, 0}, Sizes{9, 9, 2, 16, 1}, Sizes{40, 40, 1, 24, 3},
                             Sizes{70, 70, 2, 16, 16}, Sizes{20, 20, 1, 8, 64}}) {
    INFO(sizes.queries << " tokens, " << sizes.window << " to each side");
    Attended fast(sizes);
    fast.run();
    check(fast, naive_of(fast.call));
  }
}

TEST_CASE("some queries at their positions have the naive gradients", "[dnn]") {
  for (const Sizes& sizes :
       {Sizes{1, 9, 2, 16, kAll, {4}}, Sizes{3, 40, 2, 8, kAll, {0, 17, 39}},
        Sizes{4, 70, 1, 32, 5, {2, 3, 60, 69}}, Sizes{17, 21, 1, 80, kAll, {}}}) {
    INFO(sizes.queries << " of " << sizes.keys);
    Attended fast(sizes);
    fast.run();
    check(fast, naive_of(fast.call));
  }
}

TEST_CASE("attention drops the same probabilities forwards and backwards", "[dnn]") {
  for (const Sizes& sizes : {Sizes{9, 9, 3, 16}, Sizes{16, 16, 2, 16}, Sizes{37, 37, 2, 40}}) {
    Attended fast(sizes, {0.3f, 77});
    const auto factors = factors_of(fast.call, sizes.queries);
    const auto tokens = static_cast<std::size_t>(sizes.queries);
    for (const float factor : factors) {
      const bool is_known = factor == 0 || std::abs(factor - 1 / 0.7f) < 1e-5f;
      REQUIRE(is_known);
    }
    NaiveAttention naive = naive_of(fast.call);
    naive.factor = [&](std::size_t h, std::size_t i, std::size_t j) {
      return factors[(h * tokens + i) * tokens + j] == 0 ? 0.0 : 1 / 0.7;
    };
    fast.run();
    check(fast, naive);
  }
}

TEST_CASE("a query drops the same where others are left out", "[dnn]") {
  const Dropout dropout{0.4f, 5};
  Attended all({40, 40, 2, 16}, dropout);
  all.run();
  const std::vector<std::int32_t> positions = {3, 4, 21, 39};
  Attended some({4, 40, 2, 16, kAll, positions}, dropout);
  for (std::size_t k = 0; k < positions.size(); ++k) {
    const auto to = static_cast<std::int64_t>(k);
    std::copy_n(all.query.row(positions[k]).data(), 32, some.query.row(to).data());
  }
  some.run();
  for (std::size_t k = 0; k < positions.size(); ++k) {
    const auto row = all.dst.row(positions[k]);
    CHECK(reference::apart(some.dst.row(static_cast<std::int64_t>(k)),
                           Values(row.begin(), row.end())) < 1e-6);
  }
}

TEST_CASE("attention drops its rate of probabilities, and others with another key", "[dnn]") {
  constexpr std::int64_t kTokens = 64, kHeads = 8;
  for (const float rate : {0.1f, 0.5f}) {
    const Attended first({kTokens, kTokens, kHeads, kTokens}, {rate, 1}),
        second({kTokens, kTokens, kHeads, kTokens}, {rate, 2});
    const auto left = factors_of(first.call, kTokens), right = factors_of(second.call, kTokens);
    double mean = 0, dropped = 0, both = 0;
    const auto count = static_cast<double>(left.size());
    for (std::size_t k = 0; k < left.size(); ++k) {
      mean += double{left[k]} / count;
      dropped += (left[k] == 0) / count;
      both += (left[k] == 0 && right[k] == 0) / count;
    }
    const double rest = double{rate};
    const auto spread = [&](double share) { return 5 * std::sqrt(share * (1 - share) / count); };
    CHECK(std::abs(dropped - rest) < spread(rest));
    CHECK(std::abs(both - rest * rest) < spread(rest * rest));
    CHECK(std::abs(mean - 1) < spread(rest) / (1 - rest));
  }
}
