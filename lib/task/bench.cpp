#include "task/bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <numeric>
#include <thread>

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/start_threads.hpp"

namespace nlp::task {
namespace {

constexpr std::uint64_t kSeed = 1;

// A guess at the bytes of a token.
constexpr std::size_t kBytesOfToken = 4;

std::vector<std::span<const std::string>> units_of(std::span<const std::string> texts,
                                                   std::int64_t batch_tokens) {
  const std::size_t most = static_cast<std::size_t>(batch_tokens) * kBytesOfToken;
  std::vector<std::span<const std::string>> units;
  std::size_t first = 0, bytes = 0;
  for (std::size_t k = 0; k < texts.size(); ++k) {
    bytes += texts[k].size();
    if (bytes < most && k + 1 < texts.size()) continue;
    units.push_back(texts.subspan(first, k + 1 - first));
    first = k + 1;
    bytes = 0;
  }
  return units;
}

}  // namespace

std::vector<model::Batch> uniform_batches(const model::Config& config, std::int64_t texts,
                                          std::int64_t length, std::int64_t batch_tokens) {
  const std::int64_t each = std::max<std::int64_t>(1, batch_tokens / length);
  const std::vector<std::int32_t> type_ids(static_cast<std::size_t>(length), 0);
  std::vector<std::int32_t> ids(static_cast<std::size_t>(length));
  std::vector<model::Batch> batches;
  for (std::int64_t text = 0; text < texts; ++text) {
    if (text % each == 0) batches.emplace_back();
    const Random random(kSeed, static_cast<std::uint64_t>(text));
    for (std::size_t t = 0; t < ids.size(); ++t)
      ids[t] = static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(config.vocab_size),
                                                      static_cast<std::uint32_t>(t), 0));
    batches.back().add(ids, type_ids);
  }
  return batches;
}

void share_out(std::int64_t count, int threads,
               const std::function<void(std::int64_t item, std::size_t thread)>& work) {
  std::atomic<std::int64_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto serve = [&](std::size_t thread) {
    try {
      for (std::int64_t item = next++; item < count; item = next++) work(item, thread);
    } catch (...) {
      const std::lock_guard lock(mutex);
      failure = std::current_exception();
      next = count;
    }
  };
  std::vector<std::thread> started;
  start_threads(started, threads - 1,
                [&](int k) { return [&, k] { serve(static_cast<std::size_t>(k) + 1); }; });
  serve(0);
  for (std::thread& thread : started) thread.join();
  if (failure) std::rethrow_exception(failure);
}

std::int64_t even_rounds(std::int64_t items, int threads) {
  return threads / std::gcd<std::int64_t, std::int64_t>(items, threads);
}

BatchRun::BatchRun(const model::Model& model, std::vector<model::Batch> batches, int threads)
    : model_(model), batches_(std::move(batches)), workers_(static_cast<std::size_t>(threads)) {
  for (Worker& worker : workers_) {
    model::RunOptions options;
    options.profile = &worker.profile;
    worker.workspace = model.workspace(options);
  }
}

void BatchRun::operator()(std::int64_t rounds) {
  for (Worker& worker : workers_) worker.profile.clear();
  const std::int64_t batches = std::ssize(batches_);
  share_out(rounds * batches, static_cast<int>(workers_.size()),
            [&](std::int64_t item, std::size_t thread) {
              Worker& worker = workers_[thread];
              model_.encode(batches_[static_cast<std::size_t>(item % batches)], {},
                            *worker.workspace, worker.encoded);
            });
}

std::int64_t BatchRun::tokens() const {
  std::int64_t sum = 0;
  for (const model::Batch& batch : batches_) sum += batch.rows();
  return sum;
}

std::int64_t BatchRun::step() const {
  return even_rounds(std::ssize(batches_), static_cast<int>(workers_.size()));
}

dnn::Profile BatchRun::profile() const {
  dnn::Profile sum;
  for (const Worker& worker : workers_) sum.add(worker.profile);
  return sum;
}

TextRun::TextRun(const model::Model& model, const Embedder& embed,
                 std::span<const std::string> texts, std::int64_t batch_tokens, int threads)
    : embed_(embed), units_(units_of(texts, batch_tokens)) {
  for (int k = 0; k < threads; ++k) workspaces_.push_back(model.workspace());
  for (std::size_t k = 0; k < texts.size(); ++k) {
    try {
      for (const InputPiece& piece : embed.prepare(texts[k]).pieces) tokens_ += piece.size();
    } catch (const Error& error) {
      throw error.at(fmt::format("text {}", k + 1));
    }
  }
}

void TextRun::operator()(std::int64_t rounds) {
  const std::int64_t units = std::ssize(units_);
  share_out(rounds * units, static_cast<int>(workspaces_.size()),
            [&](std::int64_t item, std::size_t thread) {
              std::vector<SplitInput> inputs;
              for (const std::string& text : units_[static_cast<std::size_t>(item % units)])
                inputs.push_back(embed_.prepare(text));
              embed_(inputs, *workspaces_[thread]);
            });
}

std::int64_t TextRun::step() const {
  return even_rounds(std::ssize(units_), static_cast<int>(workspaces_.size()));
}

}  // namespace nlp::task
