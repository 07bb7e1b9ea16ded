#include "task/log_softmax.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "support/catch.hpp"

using nlp::task::LogSoftmax;

TEST_CASE("log-probabilities of a row add up to one, for huge logits too", "[task]") {
  for (const float shift : {0.f, 1e4f, -1e4f}) {
    std::vector<float> logits;
    for (int k = 0; k < 1000; ++k) logits.push_back(shift + std::sin(static_cast<float>(k)) * 8);
    const LogSoftmax row(logits);
    double sum = 0;
    for (std::int32_t id = 0; id < 1000; ++id) sum += std::exp(row[id]);
    CHECK(sum == Approx(1).epsilon(1e-12));
  }
}

TEST_CASE("the best ids come in order, smaller ids first of equals", "[task]") {
  const std::vector<float> logits{1, 3, 3, -2, 3, 0, 1};
  const LogSoftmax row(logits);
  const std::vector<std::int32_t> order{1, 2, 4, 0, 6, 5, 3};
  for (std::size_t count = 0; count <= 9; ++count) {
    const auto expected = std::vector<std::int32_t>(
        order.begin(),
        order.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(count, 7)));
    CHECK(row.top(count) == expected);
  }
  for (std::size_t place = 0; place < order.size(); ++place) {
    CHECK(row.rank(order[place]) == static_cast<std::int64_t>(place) + 1);
  }
}

TEST_CASE("softmax of labels is that of the log-probabilities", "[task]") {
  const std::vector<float> logits{0.5f, -3, 7, 7};
  std::vector<double> probabilities(4);
  nlp::task::softmax(logits, probabilities);
  for (std::int32_t id = 0; id < 4; ++id) {
    CHECK(probabilities[static_cast<std::size_t>(id)] == Approx(std::exp(LogSoftmax(logits)[id])));
  }
  CHECK(std::accumulate(probabilities.begin(), probabilities.end(), 0.0) == Approx(1));
}
