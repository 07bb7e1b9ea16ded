#include "train/data/corpus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/random.hpp"
#include "train/data/shuffle.hpp"

namespace nlp::train {
namespace {

// Chunks that size() looks at.
constexpr std::uint32_t kSample = 24;

PackingOptions packing(const tokenizer::Tokenizer& tokenizer, const CorpusOptions& options) {
  const auto around = static_cast<std::size_t>(tokenizer.template_size(false));
  if (options.max_tokens <= around)
    throw Error(Kind::usage,
                fmt::format("--max-length: no room for text beside {} special tokens (got {}); let "
                            "sequences be longer",
                            around, options.max_tokens));
  return {options.max_tokens - around, options.line_by_line};
}

}  // namespace

Corpus::Corpus(const tokenizer::Tokenizer& tokenizer, const CorpusOptions& options)
    : tokenizer_(tokenizer),
      options_(options),
      chunks_(options.files, options.chunk_bytes),
      packer_(tokenizer, packing(tokenizer, options)),
      schedule_(chunks_, options.pool_bytes, options.seed, options.shuffle) {
  if (chunks_.bytes() == 0)
    throw Error(Kind::data, fmt::format("{}: no text in {}; give files with text",
                                        options.files.empty() ? "input" : options.files[0].string(),
                                        options.files.size() > 1 ? "these files" : "it"));
  take(start(schedule_.next()));
}

std::unique_ptr<Pool> Corpus::start(Plan plan) const {
  return std::make_unique<Pool>(std::move(plan), chunks_, packer_, tokenizer_);
}

void Corpus::take(std::unique_ptr<Pool> pool) {
  pool->finish(options_.threads);
  pool_ = std::move(pool);
  following_ = schedule_.next();
  index_ = 0;
  order_.clear();
  const auto& chunks = pool_->chunks();
  for (std::size_t c = 0; c < chunks.size(); ++c)
    for (std::size_t s = 0; s < chunks[c].count(); ++s)
      order_.push_back({static_cast<std::uint32_t>(c), static_cast<std::uint32_t>(s)});
  const Plan& plan = pool_->plan();
  if (options_.shuffle)
    shuffle_values(order_, Random(options_.seed, plan.epoch),
                   static_cast<std::uint32_t>(plan.number + 1));
  if (plan.epoch == 0) repaired_ += pool_->repaired();
  empty_bytes_ = order_.empty() ? empty_bytes_ + plan.bytes : 0;
  if (empty_bytes_ >= chunks_.bytes())
    throw Error(Kind::data, fmt::format("{}: nothing but white space in all of the text; give "
                                        "files with text",
                                        options_.files[0].string()));
}

bool Corpus::next(Example& dst) {
  while (index_ == order_.size()) {
    if (is_over(following_.epoch)) return false;
    take(ahead_ ? std::move(ahead_) : start(following_));
  }
  if (!ahead_ && !is_over(following_.epoch)) ahead_ = start(following_);

  const auto [c, s] = order_[index_++];
  const Sequences& chunk = pool_->chunks()[c];
  const std::size_t begin = chunk.begin(s), end = chunk.ends[s];
  tokenizer::Tokens tokens;
  tokens.ids.assign(chunk.ids.begin() + static_cast<std::ptrdiff_t>(begin),
                    chunk.ids.begin() + static_cast<std::ptrdiff_t>(end));
  tokens.offsets.resize(tokens.size());
  tokens.words.resize(tokens.size());
  std::int32_t word = 0;
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    if (t > 0 && chunk.starts[begin + t] != 0) ++word;
    tokens.words[t] = word;
  }
  tokenizer::Encoding encoding = tokenizer_.assemble(tokens);
  dst.ids = std::move(encoding.ids);
  dst.type_ids = std::move(encoding.type_ids);
  dst.special = std::move(encoding.special);
  dst.words = std::move(encoding.words);
  dst.labels.clear();
  dst.scores.clear();
  return true;
}

Corpus::Position Corpus::position() const {
  const Plan& plan = pool_->plan();
  return {plan.epoch, plan.number, index_, chunks_.bytes()};
}

void Corpus::seek(const Position& position) {
  const auto refuse = [&](const char* what, std::uint64_t expected, std::uint64_t got) {
    throw Error(Kind::data,
                fmt::format("the texts are not those of the run that is to go on ({}: expected {}, "
                            "got {}); give the same files",
                            what, expected, got));
  };
  if (position.bytes != chunks_.bytes()) refuse("bytes", position.bytes, chunks_.bytes());
  ahead_.reset();
  empty_bytes_ = 0;
  schedule_.seek(position.epoch, position.pool);
  take(start(schedule_.next()));
  if (position.index > order_.size()) refuse("sequences", position.index, order_.size());
  index_ = position.index;
}

double Corpus::progress() const {
  const Plan& plan = pool_->plan();
  const double share =
      order_.empty() ? 1 : static_cast<double>(index_) / static_cast<double>(order_.size());
  return (static_cast<double>(plan.bytes_before) + share * static_cast<double>(plan.bytes)) /
         static_cast<double>(chunks_.bytes());
}

// Some parts of the text, of equal distance.
std::unique_ptr<Pool> Corpus::sample() const {
  Plan plan;
  const std::uint32_t count = chunks_.count(), looked = std::min(count, kSample);
  for (std::uint32_t k = 0; k < looked; ++k) {
    plan.chunks.push_back(
        static_cast<std::uint32_t>((std::uint64_t{2} * k + 1) * count / (2 * looked)));
    plan.bytes += chunks_.size(plan.chunks.back());
  }
  std::unique_ptr<Pool> pool = start(std::move(plan));
  pool->finish(options_.threads);
  return pool;
}

Corpus::Size Corpus::size() const {
  const std::unique_ptr<Pool> pool = sample();
  Size size;
  const auto around = static_cast<std::uint64_t>(tokenizer_.template_size(false));
  for (const Sequences& chunk : pool->chunks()) {
    size.sequences += chunk.count();
    size.tokens += chunk.ids.size() + chunk.count() * around;
  }
  const std::uint64_t looked = pool->plan().bytes;
  const double whole = static_cast<double>(chunks_.bytes()) / static_cast<double>(looked);
  if (looked < chunks_.bytes()) {
    size.sequences = static_cast<std::uint64_t>(static_cast<double>(size.sequences) * whole);
    size.tokens = static_cast<std::uint64_t>(static_cast<double>(size.tokens) * whole);
  }
  return size;
}

std::vector<double> Corpus::token_shares() const {
  std::vector<double> shares(static_cast<std::size_t>(tokenizer_.vocab_size()));
  double tokens = 0;
  const std::unique_ptr<Pool> pool = sample();
  for (const Sequences& chunk : pool->chunks()) {
    for (const std::int32_t id : chunk.ids) ++shares[static_cast<std::size_t>(id)];
    tokens += static_cast<double>(chunk.ids.size());
  }
  for (double& share : shares) share /= std::max(tokens, 1.0);
  return shares;
}

}  // namespace nlp::train
