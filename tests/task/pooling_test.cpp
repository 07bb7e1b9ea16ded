#include "task/pooling.hpp"

#include <cmath>

#include "support/catch.hpp"

using namespace nlp::task;

namespace {
nlp::tensor::Tensor rows_of(std::vector<float> values, std::int64_t columns) {
  nlp::tensor::Tensor rows({static_cast<std::int64_t>(values.size()) / columns, columns});
  std::copy(values.begin(), values.end(), rows.data());
  return rows;
}
std::vector<float> pooled(const nlp::tensor::Tensor& rows, Pooling mode, std::int64_t skip = 0) {
  return pool(rows, {&mode, 1}, skip);
}
}  // namespace

TEST_CASE("each way of pooling is what its name says", "[task]") {
  const auto rows = rows_of({1, -5, 2, 4, 6, -2}, 2);
  CHECK(pooled(rows, Pooling::cls) == std::vector<float>{1, -5});
  CHECK(pooled(rows, Pooling::max) == std::vector<float>{6, 4});
  CHECK(pooled(rows, Pooling::mean) == std::vector<float>{3, -1});
  CHECK(pooled(rows, Pooling::last) == std::vector<float>{6, -2});
  CHECK(pooled(rows, Pooling::weighted_mean)[0] == Approx((1 + 2 * 2 + 3 * 6) / 6.0));
  CHECK(pooled(rows, Pooling::mean_sqrt_len)[1] == Approx(-3 / std::sqrt(3.0)));
}

TEST_CASE("several ways of pooling stand one behind the other", "[task]") {
  const Pooling modes[] = {Pooling::cls, Pooling::mean};
  CHECK(pool(rows_of({1, 2, 3, 4}, 2), modes) == std::vector<float>{1, 2, 2, 3});
}

TEST_CASE("the rows of a prompt do not count, but for the first one's", "[task]") {
  const auto rows = rows_of({9, 9, 1, 2, 3, 4}, 2);
  CHECK(pooled(rows, Pooling::mean, 1) == std::vector<float>{2, 3});
  CHECK(pooled(rows, Pooling::max, 1) == std::vector<float>{3, 4});
  CHECK(pooled(rows, Pooling::cls, 1) == std::vector<float>{9, 9});
  CHECK(pooled(rows, Pooling::weighted_mean, 1)[0] == Approx((2 * 1 + 3 * 3) / 5.0));
  CHECK(pooled(rows, Pooling::mean, 3) == std::vector<float>{0, 0});
  CHECK(pooled(rows, Pooling::cls, 3) == std::vector<float>{9, 9});
}

TEST_CASE("a normalised vector has length 1, one of zeros stays as it is", "[task]") {
  std::vector<float> vector = {3, -4};
  normalize(vector);
  CHECK(vector[0] == Approx(0.6));
  CHECK(vector[1] == Approx(-0.8));
  std::vector<float> zeros = {0, 0};
  normalize(zeros);
  CHECK(zeros == std::vector<float>{0, 0});
}
