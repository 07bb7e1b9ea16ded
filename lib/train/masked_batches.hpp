// Batches of text with masked tokens: of a corpus, masked anew in each epoch, or of examples that
// come with labels.
#pragma once
#include <functional>

#include "train/batches.hpp"
#include "train/data/corpus.hpp"
#include "train/data/masked.hpp"

namespace nlp::train {

// As many sequences as surely fit into batch_tokens; at least one.
class CorpusBatches final : public Batches {
 public:
  // Both must outlive this.
  CorpusBatches(Corpus& corpus, const Masker& masker, std::int64_t batch_tokens,
                std::int64_t max_tokens)
      : corpus_(corpus), masker_(masker), batch_tokens_(batch_tokens), max_tokens_(max_tokens) {}

  bool next(std::vector<Example>& batch) override;
  double epochs() const override;
  Json position() const override;
  void seek(const Json& position) override;

 private:
  Corpus& corpus_;
  const Masker& masker_;
  std::int64_t batch_tokens_, max_tokens_;
  std::uint64_t given_ = 0;  // sequences
};

// Examples in the order in which they come, once; their labels stay as they are.
class StreamBatches final : public Batches {
 public:
  // next_example: the next one; false at the end.
  StreamBatches(std::function<bool(Example&)> next_example, std::int64_t batch_tokens)
      : next_example_(std::move(next_example)), batch_tokens_(batch_tokens) {}

  bool next(std::vector<Example>& batch) override;
  double epochs() const override { return ended_ ? 1 : 0; }
  Json position() const override { return {{"examples", given_}}; }
  void seek(const Json& position) override;

 private:
  std::function<bool(Example&)> next_example_;
  std::int64_t batch_tokens_;
  std::uint64_t given_ = 0;
  bool ended_ = false;
  Example waiting_;
  bool waits_ = false;
};

}  // namespace nlp::train
