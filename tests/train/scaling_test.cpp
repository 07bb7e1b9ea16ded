#include "train/scaling.hpp"

#include <array>
#include <cmath>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace nlp::train;

TEST_CASE("parameters of layers are those of BERT", "[train]") {
  // The encoder of BERT-base: 12 * (12 * 768^2 + 13 * 768).
  CHECK(layer_parameters({12, 768}) == 85054464);
  CHECK(layer_parameters({2, 128}) == 396544);
  CHECK(layer_parameters({1, 1}) == 25);
}

TEST_CASE("the hypothetical time is two operations a parameter", "[train]") {
  CHECK(hypothetical_seconds(85054464, 1e11) == Approx(1.70108928e-3));
}

TEST_CASE("the exponent of a power law is the slope of its logarithms", "[train]") {
  const auto exponent = [](std::vector<double> x, std::vector<double> y) {
    return power_law_exponent(x, y);
  };
  CHECK(exponent({1, 10, 100}, {3, 30, 300}) == Approx(1));
  CHECK(exponent({4, 9}, {2, 3}) == Approx(0.5));
  // Logarithms 0, 1, 2 and 0, 2, 2.
  const double e = std::exp(1.0);
  CHECK(exponent({1, e, e * e}, {1, e * e, e * e}) == Approx(1));
}

TEST_CASE("models of random numbers are measured and leave nothing behind", "[train]") {
  const TemporaryDirectory folder;
  ScalingOptions options;
  options.sizes = {{1, 16}, {2, 64}};
  options.length = 8;
  options.texts = 2;
  options.measure = {1, 0.001};
  const Scaling scaling = measure_scaling(folder.path(), options);
  CHECK(scaling.limit_rate > 0);
  REQUIRE(scaling.points.size() == 2);
  for (const auto& point : scaling.points) {
    CHECK(point.parameters == layer_parameters(point.size));
    CHECK(point.hypothetical == Approx(2.0 * point.parameters / scaling.limit_rate));
    CHECK(point.seconds > 0);
  }
  CHECK(std::filesystem::is_empty(folder.path()));
}
