// Attention in chunks and with global tokens.
#include "model/chunked_attention.hpp"

#include <cmath>
#include <cstring>

#include "model/global_attention.hpp"
#include "reference/dnn.hpp"
#include "support/catch.hpp"

using namespace nlp::model;
using nlp::dnn::matrix;
using nlp::tensor::Tensor;

namespace {

constexpr std::int64_t kTokens = 256, kSize = 16, kChunk = 32;

Reformer hashed(std::int64_t rounds) {
  Reformer kind;
  kind.layers = {LayerKind::hashed};
  kind.hashed.length = kind.local.length = kChunk;
  kind.rounds = rounds;
  kind.seed = 7;
  kind.max_tokens = kTokens;
  return kind;
}

// Rows that form groups, as those of a trained model do.
Tensor grouped_rows() {
  const auto centres = reference::random({16, kSize}, 1, 3),
             noise = reference::random({kTokens, kSize}, 2);
  Tensor rows({kTokens, kSize});
  for (std::int64_t t = 0; t < kTokens; ++t)
    for (std::int64_t k = 0; k < kSize; ++k)
      rows.row(t)[k] = centres.row(t * 7 % 16)[k] + 0.3f * noise.row(t)[k];
  return rows;
}

// The share of full attention that lies on keys which attention by hash sees.
double recall(const Reformer& kind) {
  const Tensor query = grouped_rows(), value = reference::random({kTokens, kSize}, 3);
  Tensor key({kTokens, kSize}), dst({kTokens, kSize}), shares({kTokens, kTokens});
  scale_keys(matrix(query), 1, matrix(key));
  const auto full = reference::attention(
      query, key, value, 1, 1.0,
      [](std::int64_t, std::int64_t i, std::int64_t j) { return i == j ? -1e5 : 0.0; });
  const auto factors = bucket_factors(kind, kTokens, kTokens);
  attend_by_hash(kind, factors, 0, matrix(query), matrix(std::as_const(key)), matrix(value),
                 matrix(dst), shares.data());
  double seen = 0;
  for (std::int64_t k = 0; k < kTokens * kTokens; ++k)
    if (shares.data()[k] > 0) seen += full.probabilities[static_cast<std::size_t>(k)];
  return seen / kTokens;
}

}  // namespace

TEST_CASE("attention by hash sees most of what full attention looks at, more with more rounds",
          "[model]") {
  const double once = recall(hashed(1)), often = recall(hashed(8));
  INFO(once << " " << often);
  CHECK(once > 0.6);
  CHECK(often > 0.95);
  CHECK(often > once);
}

TEST_CASE("attention by hash gives each token shares that sum to one, and the same bytes again",
          "[model]") {
  const Reformer kind = hashed(3);
  const Tensor query = grouped_rows(), value = reference::random({kTokens, kSize}, 3);
  Tensor key({kTokens, kSize}), dst({kTokens, kSize}), again({kTokens, kSize}),
      shares({kTokens, kTokens});
  scale_keys(matrix(query), 1, matrix(key));
  const auto factors = bucket_factors(kind, kTokens, kTokens);
  const auto attend = [&](Tensor& to, float* probabilities) {
    attend_by_hash(kind, factors, 2, matrix(query), matrix(std::as_const(key)), matrix(value),
                   matrix(to), probabilities);
  };
  attend(dst, shares.data());
  attend(again, nullptr);
  CHECK(std::memcmp(dst.data(), again.data(), dst.values().size_bytes()) == 0);
  for (std::int64_t t = 0; t < kTokens; ++t) {
    double sum = 0, context = 0;
    for (std::int64_t j = 0; j < kTokens; ++j) {
      sum += double{shares.row(t)[j]};
      context += double{shares.row(t)[j]} * double{value.row(j)[0]};
    }
    CHECK(sum == Approx(1.0).margin(1e-5));
    CHECK(context == Approx(dst.row(t)[0]).margin(1e-4));
    CHECK(shares.row(t)[t] == 0.0f);
  }
}

TEST_CASE("alike rows fall into one bucket, and every bucket is in range", "[model]") {
  const Reformer kind = hashed(1);
  Tensor rows = grouped_rows();
  for (std::int64_t k = 0; k < kSize; ++k) rows.row(1)[k] = 2 * rows.row(0)[k];
  const std::vector<std::int64_t> factors = {4, 8};
  const auto buckets = hash_buckets(kind, factors, 0, 0, matrix(std::as_const(rows)));
  CHECK(buckets[0] == buckets[1]);
  for (const std::int64_t bucket : buckets) {
    CHECK(bucket >= 0);
    CHECK(bucket < 32);
  }
  CHECK(hash_buckets(kind, factors, 0, 1, matrix(std::as_const(rows))) != buckets);
}

TEST_CASE("the number of buckets and the padded length follow the reference's rules", "[model]") {
  Reformer kind = hashed(1);
  CHECK(bucket_factors(kind, 256, 4096) == std::vector<std::int64_t>{16});
  CHECK(bucket_factors(kind, 4096, 4096) == std::vector<std::int64_t>{16, 16});
  kind.buckets = {6};
  CHECK(bucket_factors(kind, 256, 4096) == std::vector<std::int64_t>{6});
  kind.local.length = 12;
  CHECK(chunked_length(kind, 33) == 64);
  kind.layers = {LayerKind::hashed, LayerKind::local};
  CHECK(chunked_length(kind, 12) == 12);
  CHECK(chunked_length(kind, 13) == 96);
}

TEST_CASE("global tokens are the first one, or those of the question", "[model]") {
  Config config;
  config.sep_token_id = 2;
  const std::vector<std::int32_t> ids = {0, 7, 8, 2, 2, 9, 2};
  CHECK(global_tokens(config, ids) == 0);
  config.global_tokens = GlobalTokens::first;
  CHECK(global_tokens(config, ids) == 1);
  config.global_tokens = GlobalTokens::question;
  CHECK(global_tokens(config, ids) == 3);
}
