#include "train/masked_batches.hpp"

#include <utility>

#include "base/error.hpp"

namespace nlp::train {
namespace {

std::uint64_t number_at(const Json& position, const char* key) {
  const auto found = position.find(key);
  if (found == position.end() || !found->is_number_unsigned())
    throw Error(Kind::data,
                std::string("the run's state has no ") + key + " of these texts; begin a new run");
  return found->get<std::uint64_t>();
}

}  // namespace

bool CorpusBatches::next(std::vector<Example>& batch) {
  batch.clear();
  std::int64_t tokens = 0;
  while (batch.empty() || tokens + max_tokens_ <= batch_tokens_) {
    Example example;
    if (!corpus_.next(example)) break;
    masker_(example, given_++);
    tokens += static_cast<std::int64_t>(example.ids.size());
    batch.push_back(std::move(example));
  }
  return !batch.empty();
}

double CorpusBatches::epochs() const {
  return static_cast<double>(corpus_.epoch()) + corpus_.progress();
}

Json CorpusBatches::position() const {
  const Corpus::Position at = corpus_.position();
  return {{"epoch", at.epoch},
          {"pool", at.pool},
          {"index", at.index},
          {"bytes", at.bytes},
          {"given", given_}};
}

void CorpusBatches::seek(const Json& position) {
  corpus_.seek({number_at(position, "epoch"), number_at(position, "pool"),
                number_at(position, "index"), number_at(position, "bytes")});
  given_ = number_at(position, "given");
}

bool StreamBatches::next(std::vector<Example>& batch) {
  batch.clear();
  std::int64_t tokens = 0;
  for (;;) {
    if (!waits_ && !next_example_(waiting_)) {
      ended_ = true;
      break;
    }
    waits_ = true;
    tokens += static_cast<std::int64_t>(waiting_.ids.size());
    if (!batch.empty() && tokens > batch_tokens_) break;
    batch.push_back(std::move(waiting_));
    waits_ = false;
    ++given_;
  }
  return !batch.empty();
}

void StreamBatches::seek(const Json& position) {
  const std::uint64_t examples = number_at(position, "examples");
  Example passed;
  for (std::uint64_t k = 0; k < examples; ++k)
    if (!next_example_(passed))
      throw Error(Kind::data,
                  "the run's state is of more examples than there are; begin a new run");
  given_ = examples;
}

}  // namespace nlp::train
