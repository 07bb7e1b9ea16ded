#include "task/attention.hpp"

#include <array>

#include "model/model.hpp"
#include "support/golden.hpp"

using nlp::tensor::Tensor;
namespace task = nlp::task;

namespace {
Tensor tensor(nlp::tensor::Shape shape, const std::vector<float>& values) {
  Tensor made(std::move(shape));
  std::ranges::copy(values, made.values().begin());
  return made;
}

void check_values(const Tensor& got, const std::vector<double>& expected) {
  REQUIRE(got.size() == static_cast<std::int64_t>(expected.size()));
  for (std::size_t k = 0; k < expected.size(); ++k) {
    INFO(k);
    CHECK(got.data()[k] == Approx(expected[k]).margin(1e-7));
  }
}

void check_rows(const Tensor& square) {
  for (std::int64_t row = 0; row < square.rows(); ++row) {
    double sum = 0;
    for (const float value : square.row(row)) sum += value;
    CHECK(sum == Approx(1).margin(1e-5));
  }
}

// Two heads of two tokens.
const std::vector<float> kFirst = {1, 0, 0.5f, 0.5f, /**/ 0.5f, 0.5f, 0, 1},
                         kSecond = {0, 1, 1, 0, /**/ 0.5f, 0.5f, 1, 0};
}  // namespace

TEST_CASE("heads and their mean are squares of their own", "[task]") {
  const auto attention = tensor({2, 2, 2}, kFirst);
  check_values(task::attention_head(attention, 1), {0.5, 0.5, 0, 1});
  check_values(task::mean_attention(attention), {0.75, 0.25, 0.25, 0.75});
}

TEST_CASE("attention rollout is the product of layers with their residual connection", "[task]") {
  std::array layers = {tensor({2, 2, 2}, kFirst), tensor({2, 2, 2}, kSecond)};
  // 0.5 mean + 0.5 identity.
  check_values(task::attention_rollout(std::span(layers).first(1)), {0.875, 0.125, 0.125, 0.875});
  // The second one: mean [.25 .75; 1 0], with the identity [.625 .375; .5 .5];
  // [.625 .375; .5 .5] * [.875 .125; .125 .875].
  check_values(task::attention_rollout(layers),
               {0.625 * 0.875 + 0.375 * 0.125, 0.625 * 0.125 + 0.375 * 0.875, 0.5, 0.5});
}

TEST_CASE("a row that does not sum to one is made to", "[task]") {
  const std::array layers = {tensor({1, 2, 2}, {1, 1, 0, 0})};
  // Rows [1 .5] and [0 .5] by their sums.
  check_values(task::attention_rollout(layers), {2.0 / 3, 1.0 / 3, 0, 1});
}

TEST_CASE("attention of a model and what is made of it are shares of one", "[task]") {
  const auto model = nlp::model::Model::open(golden::model("bert-mlm"));
  nlp::model::Batch batch;
  const std::vector<std::int32_t> ids = {2, 9, 14, 5, 3}, types(5, 0);
  batch.add(ids, types);
  nlp::model::Keep keep;
  keep.attention = true;
  nlp::model::Encoded encoded;
  model.encode(batch, keep, *model.workspace(), encoded);
  std::vector<Tensor> layers;
  for (auto& texts : encoded.attention) layers.push_back(std::move(texts.at(0)));
  REQUIRE(layers.size() == static_cast<std::size_t>(model.config().layers));
  for (const Tensor& layer : layers) {
    check_rows(task::mean_attention(layer));
    check_rows(task::attention_head(layer, layer.rows() - 1));
  }
  check_rows(task::attention_rollout(layers));
}
