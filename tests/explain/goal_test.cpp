#include "explain/goal.hpp"

#include <cmath>

#include "support/catch.hpp"

using nlp::explain::Goal;
using nlp::task::ScoreFunction;

TEST_CASE("the explained number is a log-probability, or the logit", "[explain]") {
  const std::vector<float> logits = {0.5f, -1.0f, 2.0f};
  const double sum = std::exp(0.5) + std::exp(-1.0) + std::exp(2.0);
  Goal goal{.column = 1, .function = ScoreFunction::softmax};
  CHECK(value_of(goal, logits) == Approx(-1 - std::log(sum)));
  goal.function = ScoreFunction::sigmoid;
  CHECK(value_of(goal, logits) == Approx(std::log(1 / (1 + std::exp(1.0)))));
  CHECK(value_of(goal, std::vector<float>{0, -2000}) == -2000);
  goal.function = ScoreFunction::none;
  CHECK(value_of(goal, logits) == -1);
}

TEST_CASE("slopes of the explained number are what it changes with each logit", "[explain]") {
  constexpr float kStep = 1e-2f;
  for (const auto function :
       {ScoreFunction::softmax, ScoreFunction::sigmoid, ScoreFunction::none}) {
    const Goal goal{.column = 2, .function = function};
    std::vector<float> logits = {0.5f, -1.0f, 0.25f, 2.0f}, slopes(4);
    slopes_of(goal, logits, slopes);
    for (std::size_t c = 0; c < logits.size(); ++c) {
      auto more = logits, less = logits;
      more[c] += kStep;
      less[c] -= kStep;
      CHECK(slopes[c] ==
            Approx((value_of(goal, more) - value_of(goal, less)) / (2 * kStep)).margin(1e-4));
    }
  }
}
