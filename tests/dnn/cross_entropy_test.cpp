#include "dnn/cross_entropy.hpp"

#include <cmath>
#include <cstring>
#include <vector>

#include "reference/training.hpp"
#include "support/catch.hpp"
#include "support/stored.hpp"

using namespace nlp::dnn;
using nlp::tensor::Tensor;
using reference::Values;

namespace {

constexpr std::int64_t kRows = 4;

// Every third class but the labels', where wanted.
std::vector<std::uint8_t> absent_classes(bool some, const std::vector<std::int32_t>& labels,
                                         std::int64_t classes) {
  std::vector<std::uint8_t> absent;
  if (!some) return absent;
  for (std::int64_t c = 0; c < classes; ++c) absent.push_back(c % 3 == 1);
  for (const std::int32_t label : labels) absent[static_cast<std::size_t>(label)] = 0;
  return absent;
}

void check(const Tensor& logits, float smoothing, bool some_absent, ComputeType type) {
  const std::int64_t classes = logits.shape()[1];
  const std::vector<std::int32_t> labels = {0, static_cast<std::int32_t>(classes - 1),
                                            static_cast<std::int32_t>(classes / 2), 0};
  const auto absent = absent_classes(some_absent, labels, classes);
  const CrossEntropy options{smoothing, 0.25f, absent};
  std::vector<float> losses(kRows);
  StoredRows diff;
  diff.resize(type, kRows, classes);
  cross_entropy(options, matrix(logits), labels, losses, diff);
  INFO(classes << " classes, smoothing " << smoothing << (some_absent ? ", some absent" : ""));
  for (std::int64_t n = 0; n < kRows; ++n) {
    const auto at = static_cast<std::size_t>(n);
    auto expected =
        reference::cross_entropy(Values(logits.row(n).begin(), logits.row(n).end()),
                                 static_cast<std::size_t>(labels[at]), double{smoothing}, absent);
    for (double& value : expected.diff) value *= 0.25;
    CHECK(double{losses[at]} == Approx(expected.loss).epsilon(2e-6).margin(2e-5));
    std::vector<float> own;
    for (std::int64_t c = 0; c < classes; ++c) own.push_back(stored::value(diff, n * classes + c));
    CHECK(reference::apart(own, expected.diff) < (type == ComputeType::bf16 ? 1e-3 : 1e-6));
    for (std::size_t c = 0; c < absent.size(); ++c)
      if (absent[c] != 0) CHECK(own[c] == 0);
  }
}

}  // namespace

TEST_CASE("the naive cross-entropy's gradient is the differences of its values", "[dnn]") {
  for (const bool some : {false, true}) {
    Values logits = reference::values_of(reference::random({8}, 1, 2));
    const auto absent = absent_classes(some, {3}, 8);
    const auto found = reference::cross_entropy(logits, 3, 0.1, absent);
    const Values slopes = reference::slopes(
        logits, [&] { return reference::cross_entropy(logits, 3, 0.1, absent).loss; });
    CHECK(reference::apart(found.diff, slopes) < 1e-8);
  }
}

TEST_CASE("cross-entropy and its gradient are the naive ones for every number of classes",
          "[dnn]") {
  for (const std::int64_t classes : {2, 3, 16, 29, 700, 4099})
    for (const float smoothing : {0.0f, 0.1f})
      for (const bool some : {false, true})
        for (const ComputeType type : {ComputeType::f32, ComputeType::bf16})
          check(reference::random({kRows, classes}, 1, 3), smoothing, some, type);
}

TEST_CASE("cross-entropy of huge logits is a number", "[dnn]") {
  for (const float size : {1e3f, 1e6f, 1e20f}) {
    Tensor logits({kRows, 19});
    for (std::int64_t n = 0; n < kRows; ++n)
      for (std::int64_t c = 0; c < 19; ++c)
        logits.row(n)[c] = size * static_cast<float>((7 * c + n) % 19 - 9) / 9;
    for (const float smoothing : {0.0f, 0.1f})
      for (const bool some : {false, true}) check(logits, smoothing, some, ComputeType::f32);
  }
}

TEST_CASE("cross-entropy of one class is nothing, and of equal logits the logarithm", "[dnn]") {
  Tensor logits({1, 1});
  logits.data()[0] = 5;
  StoredRows diff;
  diff.resize(ComputeType::f32, 1, 1);
  std::vector<float> losses(1);
  const std::vector<std::int32_t> labels = {0};
  cross_entropy({}, matrix(logits), labels, losses, diff);
  CHECK(losses[0] == Approx(0).margin(1e-6));
  CHECK(stored::value(diff, 0) == Approx(0).margin(1e-6));
  Tensor even = Tensor::zeros({1, 50});
  diff.resize(ComputeType::f32, 1, 50);
  cross_entropy({}, matrix(even), labels, losses, diff);
  CHECK(losses[0] == Approx(std::log(50.0)));
}

TEST_CASE(
    "cross-entropy of rows from the middle on writes their gradients there, with the same "
    "bytes",
    "[dnn]") {
  const Tensor logits = reference::random({kRows, 37}, 2, 3);
  const std::vector<std::int32_t> labels = {1, 36, 5, 0};
  std::vector<float> losses(kRows), own(kRows);
  StoredRows all, parts;
  all.resize(ComputeType::f32, kRows, 37);
  parts.resize(ComputeType::f32, kRows, 37);
  cross_entropy({}, matrix(logits), labels, losses, all);
  for (const std::int64_t n : {3, 1, 0, 2}) {
    const auto at = static_cast<std::size_t>(n);
    cross_entropy({}, {logits.row(n).data(), 1, 37, 37}, std::span(labels).subspan(at, 1),
                  std::span(own).subspan(at, 1), parts, n);
  }
  CHECK(own == losses);
  CHECK(stored::values(parts) == stored::values(all));
}
