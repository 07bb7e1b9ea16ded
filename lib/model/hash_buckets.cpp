#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <utility>

#include "base/random.hpp"
#include "dnn/product.hpp"
#include "model/chunked_attention.hpp"

namespace nlp::model {
namespace {

// Tokens in the order of their buckets, those of a bucket in the order of the text.
std::vector<std::int64_t> sorted(const std::vector<std::int64_t>& buckets) {
  std::vector<std::int64_t> order(buckets.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return buckets[static_cast<std::size_t>(a)] < buckets[static_cast<std::size_t>(b)];
  });
  return order;
}

// Places in the order that chunk `chunk` of `count` sees: around the ends, each chunk once.
std::vector<std::int64_t> places_seen(const Chunks& chunks, std::int64_t chunk, std::int64_t count,
                                      std::int64_t tokens) {
  std::vector<bool> sees(static_cast<std::size_t>(count));
  for (std::int64_t k = -chunks.before; k <= chunks.after; ++k)
    sees[static_cast<std::size_t>(((chunk + k) % count + count) % count)] = true;
  std::vector<std::int64_t> places;
  for (std::int64_t c = 0; c < count; ++c)
    for (std::int64_t p = c * chunks.length;
         sees[static_cast<std::size_t>(c)] && p < std::min((c + 1) * chunks.length, tokens); ++p)
      places.push_back(p);
  return places;
}

struct Gathered {
  tensor::Tensor query, turned_keys, value, scores, context;
};

// Softmax of a row in place; returns the logarithm of the sum that it divides by.
float softmax(std::span<float> scores) {
  const float most = *std::ranges::max_element(scores);
  float sum = 0;
  for (float& score : scores) sum += score = std::exp(score - most);
  for (float& score : scores) score /= sum;
  return most + std::log(sum);
}

}  // namespace

std::vector<std::int64_t> bucket_factors(const Reformer& kind, std::int64_t length,
                                         std::int64_t max_tokens) {
  if (!kind.buckets.empty()) return kind.buckets;
  const std::int64_t chunk = kind.hashed.length;
  std::int64_t power = 0;
  for (std::int64_t twice = 2 * (length / chunk); twice > 1; twice /= 2) ++power;
  const auto root = static_cast<std::int64_t>(std::sqrt(static_cast<double>(max_tokens / chunk)));
  const std::int64_t most = 2 * std::max(root, chunk);
  if ((std::int64_t{1} << power) <= most) return {std::int64_t{1} << power};
  return {std::int64_t{1} << power / 2, std::int64_t{1} << (power - power / 2)};
}

std::vector<std::int64_t> hash_buckets(const Reformer& kind, std::span<const std::int64_t> factors,
                                       std::int64_t head, std::int64_t round,
                                       dnn::ConstMatrix query) {
  std::int64_t directions = 0;
  for (const std::int64_t factor : factors) directions += factor / 2;
  // Normal numbers, a pair of uniform ones each (Box and Muller 1958).
  const Random random(kind.seed, static_cast<std::uint64_t>(head));
  tensor::Tensor rotations({query.columns, directions}), turned({query.rows, directions});
  for (std::int64_t k = 0; k < rotations.size(); ++k) {
    const auto place = static_cast<std::uint32_t>(k), lane = static_cast<std::uint32_t>(2 * round);
    const double radius = std::sqrt(-2 * std::log(1 - random.uniform(place, lane)));
    const double angle = 2 * std::numbers::pi * random.uniform(place, lane + 1);
    rotations.values()[static_cast<std::size_t>(k)] = static_cast<float>(radius * std::cos(angle));
  }
  dnn::product(query, dnn::matrix(std::as_const(rotations)), 1, dnn::matrix(turned));
  std::vector<std::int64_t> buckets(static_cast<std::size_t>(query.rows));
  for (std::int64_t t = 0; t < query.rows; ++t) {
    std::int64_t at = 0, weight = 1;
    for (const std::int64_t factor : factors) {
      const auto part =
          turned.row(t).subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(factor / 2));
      // The nearest of the directions and their opposites, which count behind them.
      const auto most = std::ranges::max_element(part), least = std::ranges::min_element(part);
      const std::int64_t bucket =
          *most >= -*least ? most - part.begin() : factor / 2 + (least - part.begin());
      buckets[static_cast<std::size_t>(t)] += weight * bucket;
      weight *= factor;
      at += factor / 2;
    }
  }
  return buckets;
}

void attend_by_hash(const Reformer& kind, std::span<const std::int64_t> factors, std::int64_t head,
                    dnn::ConstMatrix query, dnn::ConstMatrix key, dnn::ConstMatrix value,
                    dnn::Matrix dst, float* probabilities) {
  const std::int64_t tokens = query.rows, size = query.columns, length = kind.hashed.length;
  const std::int64_t rounds = kind.rounds, chunks = (tokens + length - 1) / length;
  tensor::Tensor contexts({rounds, tokens, size}), sums({rounds, tokens}), shares;
  if (probabilities) shares = tensor::Tensor::zeros({rounds, tokens, tokens});
  Gathered own;
  for (std::int64_t round = 0; round < rounds; ++round) {
    const auto order = sorted(hash_buckets(kind, factors, head, round, query));
    for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
      const std::int64_t begin = chunk * length, count = std::min(length, tokens - begin);
      const auto seen = places_seen(kind.hashed, chunk, chunks, tokens);
      const std::int64_t keys = std::ssize(seen);
      const auto token = [&](std::int64_t place) { return order[static_cast<std::size_t>(place)]; };
      own.query.resize({count, size});
      own.turned_keys.resize({size, keys});
      own.value.resize({keys, size});
      own.scores.resize({count, keys});
      own.context.resize({count, size});
      for (std::int64_t k = 0; k < count; ++k)
        std::copy_n(query.row(token(begin + k)), size, own.query.row(k).data());
      for (std::int64_t j = 0; j < keys; ++j) {
        const std::int64_t from = token(seen[static_cast<std::size_t>(j)]);
        for (std::int64_t k = 0; k < size; ++k)
          own.turned_keys.data()[k * keys + j] = key.row(from)[k];
        std::copy_n(value.row(from), size, own.value.row(j).data());
      }
      dnn::product(dnn::matrix(std::as_const(own.query)),
                   dnn::matrix(std::as_const(own.turned_keys)), 1, dnn::matrix(own.scores));
      for (std::int64_t k = 0; k < count; ++k) {
        const std::int64_t at = token(begin + k);
        for (std::int64_t j = 0; j < keys; ++j)
          if (seen[static_cast<std::size_t>(j)] == begin + k)
            own.scores.row(k)[static_cast<std::size_t>(j)] = kItself;
        sums.row(round)[static_cast<std::size_t>(at)] = softmax(own.scores.row(k));
        for (std::int64_t j = 0; probabilities && j < keys; ++j)
          shares.data()[(round * tokens + at) * tokens + token(seen[static_cast<std::size_t>(j)])] =
              own.scores.row(k)[static_cast<std::size_t>(j)];
      }
      dnn::product(dnn::matrix(std::as_const(own.scores)), dnn::matrix(std::as_const(own.value)), 1,
                   dnn::matrix(own.context));
      for (std::int64_t k = 0; k < count; ++k)
        std::copy_n(own.context.row(k).data(), size,
                    contexts.data() + (round * tokens + token(begin + k)) * size);
    }
  }
  // The rounds by their share of the sum.
  if (probabilities) std::fill_n(probabilities, tokens * tokens, 0.0f);
  std::vector<float> share(static_cast<std::size_t>(rounds));
  for (std::int64_t t = 0; t < tokens; ++t) {
    for (std::int64_t round = 0; round < rounds; ++round)
      share[static_cast<std::size_t>(round)] = sums.row(round)[static_cast<std::size_t>(t)];
    softmax(share);
    std::fill_n(dst.row(t), size, 0.0f);
    for (std::int64_t round = 0; round < rounds; ++round) {
      const float part = share[static_cast<std::size_t>(round)];
      const std::int64_t row = round * tokens + t;
      for (std::int64_t k = 0; k < size; ++k)
        dst.row(t)[k] += part * contexts.data()[row * size + k];
      for (std::int64_t j = 0; probabilities && j < tokens; ++j)
        probabilities[t * tokens + j] += part * shares.data()[row * tokens + j];
    }
  }
}

}  // namespace nlp::model
