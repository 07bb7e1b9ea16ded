#include "train/data/pools.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/start_threads.hpp"
#include "train/data/shuffle.hpp"

namespace nlp::train {

Schedule::Schedule(const Chunks& chunks, std::uint64_t pool_bytes, std::uint64_t seed, bool shuffle)
    : chunks_(chunks), pool_bytes_(pool_bytes), seed_(seed), shuffle_(shuffle) {
  start(0);
}

void Schedule::start(std::uint64_t epoch) {
  order_.resize(chunks_.count());
  std::iota(order_.begin(), order_.end(), 0U);
  if (shuffle_) shuffle_values(order_, Random(seed_, epoch), 0);
  at_ = 0;
  next_ = {};
  next_.epoch = epoch;
}

Plan Schedule::next() {
  if (at_ == order_.size()) start(next_.epoch + 1);
  next_.chunks.clear();
  next_.bytes = 0;
  while (at_ < order_.size() && (next_.chunks.empty() || next_.bytes < pool_bytes_)) {
    next_.chunks.push_back(order_[at_]);
    next_.bytes += chunks_.size(order_[at_]);
    ++at_;
  }
  Plan plan = next_;
  next_.bytes_before += plan.bytes;
  ++next_.number;
  return plan;
}

void Schedule::seek(std::uint64_t epoch, std::uint64_t number) {
  start(epoch);
  while (at_ < order_.size() && next_.number < number) next();
  if (at_ == order_.size())
    throw Error(Kind::data, fmt::format("the texts are not those of the run that is to go on (no "
                                        "part {}, there are {}); give the same files",
                                        number, next_.number));
}

Pool::Pool(Plan plan, const Chunks& chunks, const Packer& packer,
           const tokenizer::Tokenizer& tokenizer)
    : plan_(std::move(plan)),
      chunks_(chunks),
      packer_(packer),
      tokenizer_(tokenizer),
      done_(plan_.chunks.size()),
      errors_(plan_.chunks.size()),
      ahead_([this] { work(); }) {}

Pool::~Pool() {
  next_ = plan_.chunks.size();
  if (ahead_.joinable()) ahead_.join();
}

void Pool::work() {
  auto workspace = tokenizer_.workspace();
  for (std::size_t k = next_++; k < plan_.chunks.size(); k = next_++) {
    try {
      done_[k] = packer_(chunks_.read(plan_.chunks[k]), workspace);
    } catch (...) {
      errors_[k] = std::current_exception();
    }
  }
}

void Pool::finish(int threads) {
  std::vector<std::thread> helpers;
  const std::size_t taken = std::min(next_.load(), plan_.chunks.size());
  const auto most = std::min<std::size_t>(threads < 1 ? 0 : static_cast<std::size_t>(threads) - 1,
                                          plan_.chunks.size() - taken);
  start_threads(helpers, static_cast<std::int64_t>(most),
                [this](int) { return [this] { work(); }; });
  for (std::thread& helper : helpers) helper.join();
  if (ahead_.joinable()) ahead_.join();
  for (const auto& error : errors_)
    if (error) std::rethrow_exception(error);
}

std::uint64_t Pool::repaired() const {
  std::uint64_t sum = 0;
  for (const Sequences& chunk : done_) sum += chunk.repaired;
  return sum;
}

}  // namespace nlp::train
