#include "dnn/attention_arrays.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "base/error.hpp"
#include "base/npz_reader.hpp"
#include "reference/dnn.hpp"
#include "support/catch.hpp"
#include "support/paths.hpp"
#include "support/program.hpp"
#include "tensor/npy_tensor.hpp"

using nlp::dnn::ArrayAttentionOptions;
using nlp::dnn::AttendedArrays;
using nlp::dnn::Device;
using nlp::tensor::Shape;
using nlp::tensor::Tensor;

namespace {

constexpr float kHidden = -std::numeric_limits<float>::infinity();

AttendedArrays attend(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor* mask,
                      const ArrayAttentionOptions& options = {}) {
  const Device device;
  return nlp::dnn::attend(device, q, k, v, mask, options);
}

Tensor rows(const Tensor& src, std::int64_t first, std::int64_t count, std::int64_t width) {
  Tensor dst({count, width});
  std::copy_n(src.data() + first * width, count * width, dst.data());
  return dst;
}

void near(std::span<const float> got, const reference::Values& wanted) {
  REQUIRE(got.size() == wanted.size());
  for (std::size_t k = 0; k < got.size(); ++k)
    CHECK(double{got[k]} == Approx(wanted[k]).margin(1e-5));
}

Tensor tensor(Shape shape, const std::vector<float>& values) {
  Tensor dst(std::move(shape));
  std::copy(values.begin(), values.end(), dst.data());
  return dst;
}

std::string message(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor* mask,
                    std::int64_t heads = 0) {
  try {
    attend(q, k, v, mask, {.heads = heads});
  } catch (const nlp::Error& error) {
    CHECK(error.kind() == nlp::Kind::data);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("attention of arrays is that of each text and head", "[dnn]") {
  constexpr std::int64_t kTexts = 4, kQueries = 5, kKeys = 7, kHeads = 3, kSize = 6;
  const Tensor q = reference::random({2, 2, kQueries, kHeads * kSize}, 1);
  const Tensor k = reference::random({2, 2, kKeys, kHeads * kSize}, 2);
  const Tensor v = reference::random({2, 2, kKeys, kHeads * kSize}, 3);
  const Tensor mask = reference::random({2, 1, kHeads, 1, kKeys}, 4);
  for (const int threads : {1, 3}) {
    const auto got = attend(q, k, v, &mask, {.heads = kHeads, .threads = threads});
    CHECK(got.output.shape() == q.shape());
    CHECK(got.weights.shape() == Shape{2, 2, kHeads, kQueries, kKeys});
    reference::Values output, weights;
    for (std::int64_t b = 0; b < kTexts; ++b) {
      const auto term = [&](std::int64_t head, std::int64_t, std::int64_t key) {
        return double{mask.data()[(b / 2 * kHeads + head) * kKeys + key]};
      };
      const auto one = reference::attention(rows(q, b * kQueries, kQueries, kHeads * kSize),
                                            rows(k, b * kKeys, kKeys, kHeads * kSize),
                                            rows(v, b * kKeys, kKeys, kHeads * kSize), kHeads,
                                            1 / std::sqrt(double{kSize}), term);
      output.insert(output.end(), one.context.begin(), one.context.end());
      weights.insert(weights.end(), one.probabilities.begin(), one.probabilities.end());
    }
    near(got.output.values(), output);
    near(got.weights.values(), weights);
  }
}

TEST_CASE("values may be wider or narrower than keys", "[dnn]") {
  const Tensor q = reference::random({3, 4}, 5), k = reference::random({5, 4}, 6);
  for (const std::int64_t width : {2, 10}) {
    const Tensor v = reference::random({5, width}, 7);
    const auto got = attend(q, k, v, nullptr);
    REQUIRE(got.output.shape() == Shape{3, width});
    reference::Values wanted;
    for (std::int64_t i = 0; i < 3; ++i)
      for (std::int64_t m = 0; m < width; ++m) {
        double sum = 0;
        for (std::int64_t j = 0; j < 5; ++j)
          sum += double{got.weights.row(i)[static_cast<std::size_t>(j)]} *
                 double{v.row(j)[static_cast<std::size_t>(m)]};
        wanted.push_back(sum);
      }
    near(got.output.values(), wanted);
    const auto same = attend(q, k, reference::random({5, 4}, 8), nullptr);
    near(got.weights.values(), {same.weights.values().begin(), same.weights.values().end()});
  }
}

TEST_CASE("attention of arrays is PyTorch's", "[dnn]") {
  const std::string bytes = program::read(paths::data("layers/golden.npz"));
  const auto arrays = nlp::read_npz(std::as_bytes(std::span(bytes)), "golden");
  const auto golden = [&](const char* name) {
    return nlp::tensor::from_npy(arrays.at(name).array, name);
  };
  const Tensor wanted = golden("attention");
  near(attend(golden("q"), golden("k"), golden("v"), nullptr).output.values(),
       {wanted.values().begin(), wanted.values().end()});
}

TEST_CASE("a query sees what the mask leaves, and nothing gives zeros", "[dnn]") {
  const Tensor q = tensor({3, 1}, {1, 1, 1}), k = tensor({2, 1}, {0, 0});
  const Tensor v = tensor({2, 1}, {3, 5});
  const Tensor mask = tensor({3, 2}, {0, 0, kHidden, 0, kHidden, kHidden});
  for (const auto kernel : {nlp::dnn::AttentionKernel::exact, nlp::dnn::AttentionKernel::blocked}) {
    const auto got = attend(q, k, v, &mask, {.attention = {.kernel = kernel}});
    near(got.output.values(), {4, 5, 0});
    near(got.weights.values(), {0.5, 0.5, 0, 1, 0, 0});
  }
}

TEST_CASE("with causal attention a query sees its own key and those before", "[dnn]") {
  const Tensor same = tensor({3, 1}, {0, 0, 0}), v = tensor({3, 1}, {6, 3, 0});
  const auto got = attend(same, same, v, nullptr, {.causal = true});
  near(got.output.values(), {6, 4.5, 3});
  // What the mask hides of these few leaves nothing.
  const Tensor mask = tensor({3}, {kHidden, 0, 0});
  near(attend(same, same, v, &mask, {.causal = true}).output.values(), {0, 3, 1.5});
}

TEST_CASE("the scale of scores can be given, and weights left out", "[dnn]") {
  const Tensor q = tensor({1, 1}, {1}), k = tensor({2, 1}, {0, 1});
  const auto got = attend(q, k, k, nullptr, {.scale = 2.0f, .weights = false});
  near(got.output.values(), {1 / (1 + std::exp(-2.0))});
  CHECK(got.weights.empty());
}

TEST_CASE("without keys attention gives zeros, without queries nothing", "[dnn]") {
  const Tensor q = reference::random({2, 4}, 1), none({0, 4});
  near(attend(q, none, none, nullptr).output.values(), reference::Values(8, 0.0));
  CHECK(attend(none, q, q, nullptr).output.shape() == Shape{0, 4});
}

TEST_CASE("arrays whose shapes do not fit are refused with the shapes", "[dnn]") {
  const Tensor q = reference::random({3, 4}, 1), k = reference::random({5, 4}, 2);
  const Tensor wide = reference::random({5, 6}, 3), flat = reference::random({4}, 4);
  CHECK(message(q, wide, wide, nullptr).find("got [3, 4], [5, 6], [5, 6]") != std::string::npos);
  CHECK(message(q, k, q, nullptr).find("shapes do not fit") != std::string::npos);
  CHECK(message(flat, k, k, nullptr).find("query: shape [4]") != std::string::npos);
  CHECK(message(q, k, k, nullptr, 3).find("shared by 3 heads") != std::string::npos);
  const Tensor mask = reference::random({2, 5}, 5), deep = reference::random({1, 3, 5}, 6);
  CHECK(message(q, k, k, &mask).find("broadcasts to [3, 5], got [2, 5]") != std::string::npos);
  CHECK(message(q, k, k, &deep).find("broadcasts to [3, 5]") != std::string::npos);
}
