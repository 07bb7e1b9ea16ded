#include "train/data/masked.hpp"

#include <cmath>
#include <utility>

#include "base/error.hpp"
#include "base/random.hpp"
#include "mask/vocabulary.hpp"

namespace nlp::train {
namespace {

std::int32_t mask_id(const tokenizer::Tokenizer& tokenizer) {
  if (const auto id = tokenizer.mask_id()) return *id;
  throw Error(Kind::model, "tokenizer: no mask token; take that of a masked language model");
}

// Apart from the lanes of TokenMasker's draws.
constexpr std::uint32_t kChanceLane = 100;

}  // namespace

std::vector<double> subsampling(std::vector<double> shares, double threshold) {
  for (double& share : shares) share = share > threshold ? std::sqrt(threshold / share) : 1;
  return shares;
}

Masker::Masker(const tokenizer::Tokenizer& tokenizer, const mask::Policy& policy,
               std::vector<double> chances)
    : special_(static_cast<std::size_t>(tokenizer.vocab_size())),
      chances_(std::move(chances)),
      seed_(policy.seed),
      masker_(policy, mask_id(tokenizer), mask::ordinary_ids(tokenizer)) {
  for (std::int32_t id = 0; id < tokenizer.vocab_size(); ++id)
    special_[static_cast<std::size_t>(id)] = tokenizer.is_special(id);
}

void Masker::operator()(Example& example, std::uint64_t number) const {
  std::vector<std::uint8_t> maskable(example.ids.size());
  for (std::size_t t = 0; t < maskable.size(); ++t)
    maskable[t] =
        example.special[t] == 0 && special_[static_cast<std::size_t>(example.ids[t])] == 0;
  if (!chances_.empty()) {
    const Random random(seed_, number);
    for (std::size_t t = 0; t < maskable.size(); ++t)
      if (random.uniform(static_cast<std::uint32_t>(t), kChanceLane) >=
          chances_[static_cast<std::size_t>(example.ids[t])])
        maskable[t] = 0;
  }
  mask::MaskedTokens masked = masker_(example.ids, maskable, example.words, number);
  example.ids = std::move(masked.ids);
  example.labels = std::move(masked.labels);
}

}  // namespace nlp::train
