#include "dnn/adamw.hpp"

#include <cmath>
#include <cstring>
#include <vector>

#include "reference/training.hpp"
#include "support/catch.hpp"
#include "support/stored.hpp"

using namespace nlp::dnn;
using nlp::tensor::Tensor;
using reference::Values;

TEST_CASE("twenty steps of AdamW are the naive ones, with decay and a clipped gradient", "[dnn]") {
  for (const std::size_t size : {1u, 15u, 16u, 1000u})
    for (const float decay : {0.0f, 0.01f, 0.5f})
      for (const float scale : {1.0f, 0.125f}) {
        INFO(size << " numbers, decay " << decay << ", scale " << scale);
        const auto count = static_cast<std::int64_t>(size);
        const Tensor start = reference::random({count}, 1);
        std::vector<float> values(start.data(), start.data() + size), first(size), second(size);
        std::vector<std::uint16_t> rounded(size);
        Values expected = reference::values_of(start);
        std::vector<reference::NaiveAdamW> naive(
            size, {double{1e-2f}, double{0.9f}, double{0.98f}, double{1e-6f}, double{decay}});
        for (int step = 1; step <= 20; ++step) {
          const Tensor diffs = reference::random({count}, 100u + static_cast<unsigned>(step), 0.3f);
          adamw({.learning_rate = 1e-2f,
                 .beta1 = 0.9f,
                 .beta2 = 0.98f,
                 .epsilon = 1e-6f,
                 .decay = decay,
                 .step = step,
                 .diff_scale = scale},
                values, diffs.values(), first, second, rounded.data());
          for (std::size_t k = 0; k < size; ++k)
            expected[k] = naive[k].step(expected[k], double{scale} * double{diffs.data()[k]});
          REQUIRE(reference::apart(values, expected) < 2e-6);
        }
        std::vector<float> narrow;
        for (const std::uint16_t bits : rounded) narrow.push_back(stored::widen(bits));
        CHECK(narrow == stored::rounded(values));
      }
}

TEST_CASE("AdamW moves no number that has no gradient and no decay", "[dnn]") {
  std::vector<float> values = {1, -2, 3}, diffs(3), first(3), second(3);
  adamw({}, values, diffs, first, second, nullptr);
  CHECK(values == std::vector<float>{1, -2, 3});
  CHECK(first == diffs);
  CHECK(second == diffs);
}

TEST_CASE("a sum of squares is the naive one for every size", "[dnn]") {
  for (const std::int64_t size : {0, 1, 15, 16, 17, 4095, 4096, 4097, 100000}) {
    const Tensor values = reference::random({size}, 1);
    double expected = 0;
    for (const float value : values.values()) expected += double{value} * double{value};
    CHECK(sum_of_squares(values.values()) == Approx(expected).epsilon(1e-6));
  }
}
