// Batches of examples that are all in memory: epochs in orders drawn by the seed.
#pragma once
#include <cstdint>
#include <vector>

#include "train/batches.hpp"

namespace nlp::train {

struct ExampleBatchesOptions {
  std::int64_t batch_tokens = 4096;
  std::size_t together = 1;  // examples that stay beside each other: 2 for pairs
  std::uint64_t seed = 0;
  bool shuffle = true;
  std::uint64_t epochs = 0;  // 0: without end
};

class ExampleBatches final : public Batches {
 public:
  // `examples` outlives this.  Throws Error{data} where there are none.
  ExampleBatches(const std::vector<Example>& examples, const ExampleBatchesOptions& options);

  bool next(std::vector<Example>& batch) override;
  double epochs() const override;
  Json position() const override { return {{"epoch", epoch_}, {"index", index_}}; }
  void seek(const Json& position) override;

 private:
  void draw_order();

  const std::vector<Example>& examples_;
  ExampleBatchesOptions options_;
  std::uint64_t epoch_ = 0;
  std::size_t index_ = 0;           // groups that were given of the epoch
  std::vector<std::size_t> order_;  // of groups
};

}  // namespace nlp::train
