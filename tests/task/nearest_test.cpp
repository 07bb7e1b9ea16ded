// Against naive sums, and by hand.
#include "task/nearest.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "support/catch.hpp"
#include "task/quantize.hpp"

using nlp::task::Match;
using nlp::task::NearestBits;
using nlp::task::NearestRows;
using nlp::task::Similarity;

namespace {
using Vectors = std::vector<std::vector<float>>;

Vectors random_vectors(std::size_t count, std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Vectors vectors(count, std::vector<float>(size));
  for (auto& vector : vectors)
    for (float& value : vector) value = normal(random);
  return vectors;
}

std::vector<float> flat(const Vectors& vectors) {
  std::vector<float> all;
  for (const auto& vector : vectors) all.insert(all.end(), vector.begin(), vector.end());
  return all;
}

nlp::dnn::ConstMatrix matrix(const std::vector<float>& values, std::size_t columns) {
  const auto width = static_cast<std::int64_t>(columns);
  return {values.data(), static_cast<std::int64_t>(values.size() / columns), width, width};
}

double dot(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += double{a[k]} * b[k];
  return sum;
}

bool same(const nlp::task::Matches& a, const nlp::task::Matches& b) {
  return std::ranges::equal(a, b, [](const auto& left, const auto& right) {
    return std::ranges::equal(left, right, [](const Match& x, const Match& y) {
      return x.row == y.row && x.score == y.score;
    });
  });
}
}  // namespace

TEST_CASE("the nearest rows are those of the largest sums, by either similarity", "[task]") {
  const std::size_t size = 37;
  const auto corpus = random_vectors(5000, size, 1), queries = random_vectors(35, size, 2);
  const auto values = flat(corpus);
  for (const auto similarity : {Similarity::cosine, Similarity::dot}) {
    NearestRows nearest(matrix(values, size), similarity, 2);
    const auto found = nearest(queries, 7);
    REQUIRE(found.size() == queries.size());
    for (std::size_t q = 0; q < queries.size(); ++q) {
      std::vector<std::pair<double, std::int64_t>> expected;
      for (std::size_t r = 0; r < corpus.size(); ++r) {
        const double scale =
            similarity == Similarity::dot
                ? 1
                : std::sqrt(dot(corpus[r], corpus[r]) * dot(queries[q], queries[q]));
        expected.emplace_back(-dot(corpus[r], queries[q]) / scale, r);
      }
      std::ranges::sort(expected);
      REQUIRE(found[q].size() == 7);
      for (std::size_t k = 0; k < 7; ++k) {
        CHECK(found[q][k].row == expected[k].second);
        CHECK(found[q][k].score == Approx(-expected[k].first).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("matches depend neither on threads nor on other queries, to the last bit", "[task]") {
  const std::size_t size = 48;
  const auto values = flat(random_vectors(9000, size, 3));
  const auto queries = random_vectors(50, size, 4);
  NearestRows one(matrix(values, size), Similarity::cosine, 1);
  NearestRows three(matrix(values, size), Similarity::cosine, 3);
  const auto all = one(queries, 10);
  CHECK(same(all, three(queries, 10)));
  for (const std::size_t q : {0u, 31u, 49u})
    CHECK(same({all[q]}, three(std::span(queries).subspan(q, 1), 10)));
}

TEST_CASE("of equal scores the lower row comes first, a row that is no number never", "[task]") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> values;
  for (int r = 0; r < 3000; ++r)
    for (int k = 0; k < 64; ++k) values.push_back(r % 2 ? nan : 1);
  const Vectors query = {std::vector<float>(64, 2)};
  for (const int threads : {1, 4}) {
    NearestRows nearest(matrix(values, 64), Similarity::dot, threads);
    const auto found = nearest(query, 3)[0];
    REQUIRE(found.size() == 3);
    CHECK((found[0].row == 0 && found[1].row == 2 && found[2].row == 4));
    CHECK(found[0].score == 128);
  }
}

TEST_CASE("a corpus smaller than what is asked for, or empty, gives what it has", "[task]") {
  const std::vector<float> values = {1, 0, 0, 0};  // the second row has no direction
  NearestRows two(matrix(values, 2), Similarity::cosine, 2);
  const auto found = two(Vectors{{3, 4}}, 5)[0];
  REQUIRE(found.size() == 2);
  CHECK(found[0].score == Approx(0.6));
  CHECK(found[1].score == 0);
  NearestRows none(nlp::dnn::ConstMatrix{nullptr, 0, 2, 2}, Similarity::cosine, 2);
  CHECK(none(Vectors{{3, 4}}, 5)[0].empty());
}

TEST_CASE("rows of bytes are compared as the numbers that they stand for", "[task]") {
  using nlp::task::Precision;
  const std::size_t size = 37;
  const auto corpus = random_vectors(3000, size, 7), queries = random_vectors(20, size, 8);
  nlp::task::Ranges ranges;
  for (const auto& vector : corpus) ranges.add(vector);
  for (const auto precision : {Precision::int8, Precision::uint8}) {
    std::vector<std::uint8_t> bytes(corpus.size() * size);
    Vectors stands_for(corpus.size(), std::vector<float>(size));
    for (std::size_t r = 0; r < corpus.size(); ++r) {
      const auto row = std::span(bytes).subspan(r * size, size);
      nlp::task::quantize(corpus[r], precision, ranges, row);
      for (std::size_t k = 0; k < size; ++k) {
        const int step = precision == Precision::int8 ? (row[k] ^ 0x80) : row[k];
        stands_for[r][k] = ranges.least[k] + (static_cast<float>(step) + 0.5f) / 255 *
                                                 (ranges.most[k] - ranges.least[k]);
      }
    }
    const auto values = flat(stands_for);
    for (const auto similarity : {Similarity::cosine, Similarity::dot}) {
      NearestRows nearest(bytes, precision, ranges, similarity, 2);
      NearestRows plain(matrix(values, size), similarity, 1);
      const auto found = nearest(queries, 5), expected = plain(queries, 5);
      REQUIRE(found.size() == queries.size());
      for (std::size_t q = 0; q < queries.size(); ++q)
        for (std::size_t k = 0; k < 5; ++k) {
          CHECK(found[q][k].row == expected[q][k].row);
          CHECK(found[q][k].score == Approx(expected[q][k].score).margin(1e-4));
        }
      // A step is a 255th of a range: no score is far from that of the numbers themselves.
      const auto all = flat(corpus);
      NearestRows exact(matrix(all, size), similarity, 1);
      CHECK(found[0][0].score == Approx(exact(queries, 1)[0][0].score).epsilon(0.02));
    }
  }
}

TEST_CASE("a number that is the same in all rows stands for itself as a byte", "[task]") {
  using nlp::task::Precision;
  const Vectors rows = {{2, 1}, {2, -1}};
  nlp::task::Ranges ranges;
  for (const auto& row : rows) ranges.add(row);
  std::vector<std::uint8_t> bytes(4);
  for (std::size_t r = 0; r < 2; ++r)
    nlp::task::quantize(rows[r], Precision::int8, ranges, std::span(bytes).subspan(r * 2, 2));
  NearestRows nearest(bytes, Precision::int8, ranges, Similarity::dot, 1);
  const auto found = nearest(Vectors{{1, 0}}, 2)[0];
  CHECK(found[0].score == Approx(2));
  CHECK(found[1].score == Approx(2));
}

TEST_CASE("the nearest bits are those that differ least", "[task]") {
  const std::size_t size = 43;  // the last byte is not full
  const auto corpus = random_vectors(3000, size, 5), queries = random_vectors(9, size, 6);
  std::vector<std::uint8_t> bits, flipped;
  for (const auto& vector : corpus)
    for (const auto byte : nlp::task::sign_bits(vector)) {
      bits.push_back(byte);
      flipped.push_back(byte ^ 0x80);
    }
  NearestBits nearest(bits, size, false, 2), other(flipped, size, true, 1);
  const auto found = nearest(queries, 6);
  CHECK(same(found, other(queries, 6)));
  for (std::size_t q = 0; q < queries.size(); ++q) {
    std::vector<std::pair<int, std::int64_t>> expected;
    for (std::size_t r = 0; r < corpus.size(); ++r) {
      int differing = 0;
      for (std::size_t k = 0; k < size; ++k) differing += (corpus[r][k] > 0) != (queries[q][k] > 0);
      expected.emplace_back(differing, r);
    }
    std::ranges::sort(expected);
    for (std::size_t k = 0; k < 6; ++k) {
      CHECK(found[q][k].row == expected[k].second);
      CHECK(found[q][k].score == Approx(1 - 2.0 * expected[k].first / size));
    }
  }
}

TEST_CASE("bits are scored again by the query's numbers", "[task]") {
  // Both rows differ from the query in one bit: the first in the heavy number.
  const std::vector<std::uint8_t> bits = {0b01110000, 0b11100000};
  const Vectors query = {{4, 1, 1, 1}};
  NearestBits nearest(bits, 4, false, 1);
  CHECK(nearest(query, 1)[0][0].row == 0);
  const auto found = nearest(query, 1, 2)[0];
  REQUIRE(found.size() == 1);
  CHECK(found[0].row == 1);
  CHECK(found[0].score == Approx(5 / (std::sqrt(19.0) * 2)));
}
