#include "task/nearest.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <utility>

#include "dnn/dot_products.hpp"
#include "dnn/hamming.hpp"
#include "task/pooling.hpp"
#include "tensor/tensor.hpp"

namespace nlp::task {
namespace {

constexpr std::int64_t kBlockBytes = 256 << 10;
constexpr std::int64_t kPanel = 16;  // queries multiplied at once

// For every block of rows look(first, last, best, thread) adds matches to `best` [Q].
Matches search(
    ThreadTeam& team, std::int64_t rows, std::int64_t block, std::size_t queries, std::int64_t most,
    const std::function<void(std::int64_t, std::int64_t, std::span<BestMatches>, int)>& look) {
  std::vector<std::vector<BestMatches>> best(static_cast<std::size_t>(team.threads()),
                                             std::vector<BestMatches>(queries, BestMatches(most)));
  team.run((rows + block - 1) / block, [&](std::int64_t number, int thread) {
    look(number * block, std::min(rows, (number + 1) * block),
         best[static_cast<std::size_t>(thread)], thread);
  });
  Matches result;
  for (std::size_t q = 0; q < queries; ++q) {
    std::vector<const BestMatches*> parts;
    for (const auto& part : best) parts.push_back(&part[q]);
    result.push_back(merge(parts, most));
  }
  return result;
}

// 1 / |row|.  Sixteen sums, so that the compiler may add several values at once.
float inverse_length(const float* row, std::int64_t size) {
  constexpr std::int64_t kSums = 16;
  double sums[kSums] = {};
  std::int64_t k = 0;
  for (; k + kSums <= size; k += kSums)
    for (std::int64_t j = 0; j < kSums; ++j) sums[j] += double{row[k + j]} * row[k + j];
  for (; k < size; ++k) sums[0] += double{row[k]} * row[k];
  double square = 0;
  for (const double sum : sums) square += sum;
  return static_cast<float>(1 / std::max(std::sqrt(square), 1e-12));
}

// The queries [Q,E] one behind the other.
tensor::Tensor gather(std::span<const std::vector<float>> queries, std::int64_t size,
                      bool normalized) {
  tensor::Tensor rows({std::ssize(queries), size});
  for (std::size_t q = 0; q < queries.size(); ++q) {
    const auto row = rows.row(static_cast<std::int64_t>(q));
    std::ranges::copy(queries[q], row.begin());
    if (normalized) normalize(row);
  }
  return rows;
}

// Each row times its factor.
void multiply(dnn::Matrix rows, std::span<const float> factors) {
  for (std::int64_t r = 0; r < rows.rows; ++r)
    for (std::int64_t q = 0; q < rows.columns; ++q)
      rows.row(r)[q] *= factors[static_cast<std::size_t>(r)];
}

// A number of each column.
void add(dnn::Matrix rows, std::span<const float> numbers) {
  for (std::int64_t r = 0; r < rows.rows; ++r)
    for (std::int64_t q = 0; q < rows.columns; ++q)
      rows.row(r)[q] += numbers[static_cast<std::size_t>(q)];
}

// Row r of the scores [rows,kPanel at most] is row first + r of the corpus.
void keep(dnn::ConstMatrix scores, std::int64_t first, std::span<BestMatches> best) {
  float least[kPanel];
  for (std::size_t q = 0; q < best.size(); ++q) least[q] = best[q].least();
  for (std::int64_t r = 0; r < scores.rows; ++r) {
    const float* const row = scores.row(r);
    bool any = false;
    for (std::size_t q = 0; q < best.size(); ++q) any |= row[q] > least[q];
    if (!any) continue;
    for (std::size_t q = 0; q < best.size(); ++q) {
      best[q].add({first + r, row[q]});
      least[q] = best[q].least();
    }
  }
}

}  // namespace

class NearestRows::Rows {
 public:
  // The numbers of queries, turned into what multiplies rows as they are kept, and what each
  // query's products lack then.
  struct Asked {
    tensor::Tensor values;       // [Q,E]
    std::vector<float> missing;  // [Q], or empty
  };

  virtual ~Rows() = default;
  virtual std::int64_t count() const = 0;
  virtual std::int64_t size() const = 0;
  virtual std::int64_t bytes() const = 0;  // of a row
  virtual Asked ask(tensor::Tensor queries) const { return {std::move(queries), {}}; }
  // dst [last - first,Q] <- rows [first, last) · queries [Q,E]ᵀ
  virtual void multiply(std::int64_t first, std::int64_t last, dnn::ConstMatrix queries,
                        dnn::Matrix dst) const = 0;
  virtual float inverse_length(std::int64_t row) const = 0;
};

namespace {

class FloatRows final : public NearestRows::Rows {
 public:
  explicit FloatRows(dnn::ConstMatrix rows) : rows_(rows) {}
  std::int64_t count() const override { return rows_.rows; }
  std::int64_t size() const override { return rows_.columns; }
  std::int64_t bytes() const override { return 4 * rows_.columns; }
  void multiply(std::int64_t first, std::int64_t last, dnn::ConstMatrix queries,
                dnn::Matrix dst) const override {
    dnn::dot_products({rows_.row(first), last - first, rows_.columns, rows_.stride}, queries, dst);
  }
  float inverse_length(std::int64_t row) const override {
    return task::inverse_length(rows_.row(row), rows_.columns);
  }

 private:
  dnn::ConstMatrix rows_;
};

// A row's number k is zero[k] + step[k] * byte: the steps go to the queries, and so do the zeros.
template <class Byte>
class RowsOfBytes final : public NearestRows::Rows {
 public:
  RowsOfBytes(std::span<const std::uint8_t> rows, ByteScale scale)
      : scale_(std::move(scale)),
        rows_{reinterpret_cast<const Byte*>(rows.data()),
              std::ssize(rows) / std::max<std::int64_t>(1, std::ssize(scale_.step)),
              std::ssize(scale_.step)} {}
  std::int64_t count() const override { return rows_.rows; }
  std::int64_t size() const override { return rows_.columns; }
  std::int64_t bytes() const override { return rows_.columns; }
  Asked ask(tensor::Tensor queries) const override {
    std::vector<float> missing;
    for (std::int64_t q = 0; q < queries.rows(); ++q) {
      double sum = 0;
      const auto row = queries.row(q);
      for (std::size_t k = 0; k < row.size(); ++k) {
        sum += double{row[k]} * scale_.zero[k];
        row[k] *= scale_.step[k];
      }
      missing.push_back(static_cast<float>(sum));
    }
    return {std::move(queries), std::move(missing)};
  }
  void multiply(std::int64_t first, std::int64_t last, dnn::ConstMatrix queries,
                dnn::Matrix dst) const override {
    dnn::dot_products(dnn::ByteRows<Byte>{rows_.row(first), last - first, rows_.columns}, queries,
                      dst);
  }
  float inverse_length(std::int64_t row) const override {
    std::vector<float> numbers(scale_.step);
    for (std::size_t k = 0; k < numbers.size(); ++k)
      numbers[k] = scale_.zero[k] + numbers[k] * static_cast<float>(rows_.row(row)[k]);
    return task::inverse_length(numbers.data(), rows_.columns);
  }

 private:
  ByteScale scale_;
  dnn::ByteRows<Byte> rows_;
};

std::unique_ptr<const NearestRows::Rows> rows_of_bytes(std::span<const std::uint8_t> rows,
                                                       Precision precision, const Ranges& ranges) {
  ByteScale scale = byte_scale(precision, ranges);
  if (precision == Precision::int8)
    return std::make_unique<RowsOfBytes<std::int8_t>>(rows, std::move(scale));
  return std::make_unique<RowsOfBytes<std::uint8_t>>(rows, std::move(scale));
}

}  // namespace

NearestRows::NearestRows(std::unique_ptr<const Rows> rows, Similarity similarity, int threads)
    : rows_(std::move(rows)),
      similarity_(similarity),
      block_(std::max<std::int64_t>(4, kBlockBytes / std::max<std::int64_t>(1, rows_->bytes()))),
      team_(threads) {
  if (similarity_ == Similarity::dot) return;
  factors_.resize(static_cast<std::size_t>(rows_->count()));
  known_.resize(static_cast<std::size_t>((rows_->count() + block_ - 1) / block_));
}

NearestRows::NearestRows(dnn::ConstMatrix rows, Similarity similarity, int threads)
    : NearestRows(std::make_unique<FloatRows>(rows), similarity, threads) {}

NearestRows::NearestRows(std::span<const std::uint8_t> rows, Precision precision,
                         const Ranges& ranges, Similarity similarity, int threads)
    : NearestRows(rows_of_bytes(rows, precision, ranges), similarity, threads) {}

NearestRows::~NearestRows() = default;

// Found when the block is in the cache anyway, and kept for the next question.
std::span<const float> NearestRows::factors(std::int64_t first, std::int64_t last) {
  const auto dst = std::span(factors_).subspan(static_cast<std::size_t>(first),
                                               static_cast<std::size_t>(last - first));
  auto& known = known_[static_cast<std::size_t>(first / block_)];
  if (known) return dst;
  for (std::int64_t r = first; r < last; ++r)
    dst[static_cast<std::size_t>(r - first)] = rows_->inverse_length(r);
  known = 1;
  return dst;
}

Matches NearestRows::operator()(std::span<const std::vector<float>> queries, std::int64_t most) {
  const auto [values, missing] =
      rows_->ask(gather(queries, rows_->size(), similarity_ == Similarity::cosine));
  const auto asked = dnn::matrix(values);
  const std::scoped_lock lock(mutex_);
  std::vector<tensor::Tensor> scratch;
  for (int t = 0; t < team_.threads(); ++t) scratch.emplace_back(tensor::Shape{block_, kPanel});

  const auto look = [&, &missing = missing](std::int64_t first, std::int64_t last,
                                            std::span<BestMatches> best, int thread) {
    float* const memory = scratch[static_cast<std::size_t>(thread)].data();
    for (std::int64_t query = 0; query < asked.rows; query += kPanel) {
      const std::int64_t count = std::min(kPanel, asked.rows - query);
      const dnn::Matrix scores{memory, last - first, count, count};
      rows_->multiply(first, last, {asked.row(query), count, asked.columns, asked.stride}, scores);
      if (!missing.empty())
        add(scores, std::span(missing).subspan(static_cast<std::size_t>(query)));
      if (similarity_ == Similarity::cosine) multiply(scores, factors(first, last));
      keep(scores, first,
           best.subspan(static_cast<std::size_t>(query), static_cast<std::size_t>(count)));
    }
  };
  return search(team_, rows_->count(), block_, queries.size(), most, look);
}

NearestBits::NearestBits(std::span<const std::uint8_t> rows, std::int64_t size, bool flipped,
                         int threads)
    : rows_(rows),
      size_(size),
      width_((size + 7) / 8),
      count_(static_cast<std::int64_t>(rows.size()) / std::max<std::int64_t>(1, width_)),
      flip_(flipped ? 0x80 : 0),
      team_(threads) {}

float NearestBits::cosine(std::span<const float> query, std::int64_t row) const {
  const auto bytes = rows_.subspan(static_cast<std::size_t>(row * width_));
  double sum = 0, square = 0;
  for (std::size_t k = 0; k < query.size(); ++k) {
    const bool one = (bytes[k / 8] ^ flip_) >> (7 - k % 8) & 1;
    sum += one ? query[k] : -query[k];
    square += double{query[k]} * query[k];
  }
  const double length = std::sqrt(square * static_cast<double>(size_));
  return static_cast<float>(sum / std::max(length, 1e-12));
}

Matches NearestBits::operator()(std::span<const std::vector<float>> queries, std::int64_t most,
                                std::int64_t rescore) {
  std::vector<std::vector<std::uint8_t>> bits;
  for (const auto& query : queries) {
    bits.push_back(sign_bits(query));
    for (auto& byte : bits.back()) byte ^= flip_;
  }
  const std::int64_t block =
      std::max<std::int64_t>(1, kBlockBytes / std::max<std::int64_t>(1, width_));
  const std::int64_t wanted = rescore > 0 ? std::min(most * rescore, count_) : most;
  const auto look = [&](std::int64_t first, std::int64_t last, std::span<BestMatches> best, int) {
    std::vector<std::int32_t> distances(static_cast<std::size_t>(last - first));
    for (std::size_t q = 0; q < bits.size(); ++q) {
      dnn::hamming(rows_.data() + first * width_, bits[q], distances);
      for (std::size_t r = 0; r < distances.size(); ++r)
        best[q].add({first + static_cast<std::int64_t>(r),
                     1 - 2 * static_cast<float>(distances[r]) / static_cast<float>(size_)});
    }
  };
  Matches found;
  {
    const std::scoped_lock lock(mutex_);
    found = search(team_, count_, block, queries.size(), std::max<std::int64_t>(1, wanted), look);
  }
  if (rescore > 0)
    for (std::size_t q = 0; q < found.size(); ++q) {
      for (Match& match : found[q]) match.score = cosine(queries[q], match.row);
      std::ranges::sort(found[q], is_better);
      found[q].resize(std::min(found[q].size(), static_cast<std::size_t>(most)));
    }
  return found;
}

}  // namespace nlp::task
