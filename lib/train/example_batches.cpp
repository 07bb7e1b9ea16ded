#include "train/example_batches.hpp"

#include <numeric>

#include "base/error.hpp"
#include "train/data/shuffle.hpp"

namespace nlp::train {

ExampleBatches::ExampleBatches(const std::vector<Example>& examples,
                               const ExampleBatchesOptions& options)
    : examples_(examples), options_(options) {
  if (examples.size() < options.together)
    throw Error(Kind::data, "training: there is nothing to learn from");
  draw_order();
}

void ExampleBatches::draw_order() {
  const std::size_t groups = examples_.size() / options_.together;
  order_.resize(groups);
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  constexpr std::uint32_t kLane = 0x6578;  // others draw from the same seed
  if (options_.shuffle) shuffle_values(order_, Random(options_.seed, epoch_), kLane);
}

bool ExampleBatches::next(std::vector<Example>& batch) {
  batch.clear();
  if (index_ == order_.size()) {
    index_ = 0;
    ++epoch_;
    draw_order();
  }
  if (options_.epochs > 0 && epoch_ >= options_.epochs) return false;
  std::int64_t tokens = 0;
  for (; index_ < order_.size(); ++index_) {
    const std::size_t first = order_[index_] * options_.together;
    for (std::size_t k = 0; k < options_.together; ++k)
      tokens += static_cast<std::int64_t>(examples_[first + k].ids.size());
    if (!batch.empty() && tokens > options_.batch_tokens) break;
    for (std::size_t k = 0; k < options_.together; ++k) batch.push_back(examples_[first + k]);
  }
  return true;
}

double ExampleBatches::epochs() const {
  return static_cast<double>(epoch_) +
         static_cast<double>(index_) / static_cast<double>(order_.size());
}

void ExampleBatches::seek(const Json& position) {
  const auto is_number = [&](const char* key) {
    return position.contains(key) && position.at(key).is_number_unsigned();
  };
  if (!is_number("epoch") || !is_number("index"))
    throw Error(Kind::data, "the run's state is of other examples; begin a new run");
  epoch_ = position.at("epoch").get<std::uint64_t>();
  draw_order();
  index_ = position.at("index").get<std::size_t>();
  if (index_ > order_.size())
    throw Error(Kind::data, "the run's state is of more examples than there are; begin a new run");
}

}  // namespace nlp::train
