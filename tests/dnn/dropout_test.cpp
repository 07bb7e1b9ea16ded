#include "dnn/dropout.hpp"

#include <cmath>
#include <cstring>
#include <vector>

#include "reference/dnn.hpp"
#include "support/catch.hpp"

using namespace nlp::dnn;
using nlp::tensor::Tensor;

namespace {

// The factors of [rows, columns].
std::vector<float> factors(const Dropout& options, std::int64_t rows, std::int64_t columns) {
  std::vector<float> ones(static_cast<std::size_t>(rows * columns), 1);
  dropout(options, {ones.data(), rows, columns, columns});
  return ones;
}

// Of shares of `count` draws, more than chance allows.
double spread(double share, double count) { return 5 * std::sqrt(share * (1 - share) / count); }

}  // namespace

TEST_CASE("dropout zeroes its rate of the values, the others grow so that the mean stays",
          "[dnn]") {
  for (const float rate : {0.01f, 0.1f, 0.5f, 0.9f}) {
    const auto found = factors({rate, 42}, 500, 400);
    double dropped = 0, mean = 0;
    bool known = true;
    const auto count = static_cast<double>(found.size());
    for (const float factor : found) {
      dropped += (factor == 0) / count;
      mean += double{factor} / count;
      known = known && (factor == 0 || factor == 1 / (1 - rate));
    }
    CHECK(known);
    const double share = double{rate};
    CHECK(std::abs(dropped - share) < spread(share, count));
    CHECK(std::abs(mean - 1) < spread(share, count) / (1 - share));
  }
}

TEST_CASE("dropout of rate 0 leaves all bytes", "[dnn]") {
  Tensor rows = reference::random({3, 21}, 1);
  const Tensor before = reference::random({3, 21}, 1);
  dropout({0, 7}, matrix(rows));
  CHECK(std::memcmp(rows.data(), before.data(), 63 * sizeof(float)) == 0);
}

TEST_CASE("what is dropped depends on key and place alone", "[dnn]") {
  const auto all = factors({0.3f, 9}, 7, 33);
  CHECK(all == factors({0.3f, 9}, 7, 33));
  CHECK(all == factors({0.3f, 9}, 1, 231));  // the same places in one row
  const auto first = factors({0.3f, 9}, 3, 33);
  CHECK(std::equal(first.begin(), first.end(), all.begin()));
  // Rows that lie apart.
  std::vector<float> wide(7 * 50, 1);
  dropout({0.3f, 9}, {wide.data(), 7, 33, 50});
  for (std::size_t n = 0; n < 7; ++n)
    for (std::size_t k = 0; k < 50; ++k)
      REQUIRE(wide[n * 50 + k] == (k < 33 ? all[n * 33 + k] : 1));
}

TEST_CASE("dropout draws anew for each key, whichever of its bits differs", "[dnn]") {
  const auto base = factors({0.3f, 1000}, 300, 200);
  const auto count = static_cast<double>(base.size());
  for (int bit = 0; bit < 64; ++bit) {
    const auto other = factors({0.3f, 1000 ^ (std::uint64_t{1} << bit)}, 300, 200);
    double both = 0;
    for (std::size_t k = 0; k < base.size(); ++k) both += (base[k] == 0 && other[k] == 0) / count;
    INFO("bit " << bit);
    CHECK(std::abs(both - 0.09) < spread(0.09, count));
  }
}

TEST_CASE("values beside each other are dropped independently", "[dnn]") {
  const auto found = factors({0.3f, 123456789}, 500, 400);
  for (const std::size_t step : {1u, 2u, 3u, 4u, 8u, 16u, 64u, 400u, 1024u}) {
    double both = 0;
    const auto count = static_cast<double>(found.size() - step);
    for (std::size_t k = 0; k + step < found.size(); ++k)
      both += (found[k] == 0 && found[k + step] == 0) / count;
    INFO("step " << step);
    CHECK(std::abs(both - 0.09) < spread(0.09, count));
  }
}
