// Votes of the nearest examples, by hand.
#include "task/labelled_examples.hpp"

#include <cmath>

#include "base/error.hpp"
#include "support/catch.hpp"

using namespace nlp::task;

namespace {

using Vector = std::vector<float>;

// Cosines with (1, 0): 1, 0.6, 0, -1.
LabelledExamples four(const NearestOptions& options) {
  LabelledExamples examples(options);
  examples.add(Vector{2, 0}, "east");
  examples.add(Vector{3, 4}, "north");
  examples.add(Vector{0, 5}, "north");
  examples.add(Vector{-1, 0}, "west");
  return examples;
}

}  // namespace

TEST_CASE("the nearest examples vote by their similarity, or one vote each", "[task]") {
  const Vector query{7, 0};
  const auto similar = four({.nearest = 3});
  CHECK(similar.labels() == std::vector<std::string>{"east", "north", "west"});
  CHECK(similar.scores(query)[0] == Approx(1 / 1.6));
  CHECK(similar.scores(query)[1] == Approx(0.6 / 1.6));
  CHECK(similar.scores(query)[2] == 0);
  const auto equal = four({.nearest = 3, .votes = Votes::equal});
  CHECK(equal.scores(query)[0] == Approx(1.0 / 3));
  CHECK(equal.scores(query)[1] == Approx(2.0 / 3));
  CHECK(four({.nearest = 1}).scores(query) == std::vector<double>{1, 0, 0});
}

TEST_CASE("more neighbours than examples are all of them, an opposite one has no vote", "[task]") {
  const auto scores = four({.nearest = 100}).scores(Vector{1, 0});
  CHECK(scores[0] == Approx(1 / 1.6));
  CHECK(scores[2] == 0);
}

TEST_CASE("of equally near examples the earlier ones vote; without similarity all alike",
          "[task]") {
  LabelledExamples examples({.nearest = 1});
  examples.add(Vector{1, 1}, "first");
  examples.add(Vector{2, 2}, "second");
  CHECK(examples.scores(Vector{1, 1}) == std::vector<double>{1, 0});
  CHECK(examples.scores(Vector{0, 0}) == std::vector<double>{1, 0});
  CHECK(four({.nearest = 2}).scores(Vector{0, 0}) == std::vector<double>{0.5, 0.5, 0});
}

TEST_CASE("vectors of different size are refused", "[task]") {
  LabelledExamples examples({});
  examples.add(Vector{1, 1}, "a");
  CHECK_THROWS_AS(examples.add(Vector{1}, "a"), nlp::Error);
}
