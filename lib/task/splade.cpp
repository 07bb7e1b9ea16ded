#include "task/splade.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "task/most_logits.hpp"

namespace nlp::task {
namespace {

double weight_of(double logit, const Splade& splade) {
  const double weight = std::log1p(std::max(logit, 0.0));
  return splade.twice ? std::log1p(weight) : weight;
}

// The rows of one text, put together: a sum of weights, or the largest logits, whose weights are
// the largest too.
class Terms {
 public:
  Terms(std::int64_t vocabulary, const Splade& splade) : splade_(splade) {
    if (splade.pooling == SparsePooling::sum)
      sums_.resize(static_cast<std::size_t>(vocabulary));
    else
      most_.resize(static_cast<std::size_t>(vocabulary));
  }

  void add(std::span<const float> logits) {
    for (std::size_t id = 0; id < most_.size(); ++id) most_[id] = std::max(most_[id], logits[id]);
    for (std::size_t id = 0; id < sums_.size(); ++id)
      if (logits[id] > 0) sums_[id] += weight_of(double{logits[id]}, splade_);
  }

  // What has a weight, sorted; then all is empty again.
  std::vector<Term> take() {
    std::vector<Term> terms;
    const auto put = [&](std::size_t id, double weight) {
      const auto rounded = static_cast<float>(weight);
      if (rounded > 0) terms.push_back({static_cast<std::int32_t>(id), rounded});
    };
    for (std::size_t id = 0; id < most_.size(); ++id)
      if (most_[id] > 0) put(id, weight_of(double{most_[id]}, splade_));
    for (std::size_t id = 0; id < sums_.size(); ++id) put(id, sums_[id]);
    std::ranges::fill(most_, 0.0f);
    std::ranges::fill(sums_, 0.0);
    std::ranges::stable_sort(terms, std::greater<>(), &Term::weight);
    return terms;
  }

 private:
  const Splade& splade_;
  std::vector<float> most_;
  std::vector<double> sums_;
};

}  // namespace

SparseEmbedder::SparseEmbedder(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
                               const SentenceModules& modules, const TextOptions& options)
    : model_(model),
      texts_(model, tokenizer, modules, options),
      splade_(modules.splade.value_or(Splade())),
      batch_tokens_(options.fit.batch_tokens) {
  model.require(model::Head::masked_lm);
}

std::vector<std::vector<Term>> SparseEmbedder::operator()(std::span<const SplitInput> texts,
                                                          model::Workspace& workspace) const {
  std::vector<std::vector<Term>> results(texts.size());
  const std::int64_t vocabulary = model_.config().vocab_size;
  const auto group = static_cast<std::size_t>(
      std::max<std::int64_t>(1, kMostLogits / std::max<std::int64_t>(1, vocabulary)));
  Terms terms(vocabulary, splade_);
  std::optional<std::size_t> current;  // the text whose rows are being added
  std::vector<std::int64_t> rows;
  std::vector<std::size_t> owners;  // the text of each row; texts come in order
  tensor::Tensor logits;
  const auto finish = [&] {
    if (current) results[*current] = terms.take();
  };
  run_pieces(model_, texts, {}, batch_tokens_, workspace,
             [&](std::span<const PlacedPiece> places, const model::Encoded& encoded) {
               rows.clear();
               owners.clear();
               for (const PlacedPiece& place : places)
                 for (const RowRun& run : texts[place.input].pieces[place.piece].runs)
                   for (std::int64_t k = 0; k < run.count; ++k) {
                     rows.push_back(place.first_row + run.src + k);
                     owners.push_back(place.input);
                   }
               for (std::size_t first = 0; first < rows.size(); first += group) {
                 const std::size_t count = std::min(group, rows.size() - first);
                 model_.masked_lm(encoded.last, std::span(rows).subspan(first, count), workspace,
                                  logits);
                 for (std::size_t k = 0; k < count; ++k) {
                   if (current != owners[first + k]) {
                     finish();
                     current = owners[first + k];
                   }
                   terms.add(logits.row(static_cast<std::int64_t>(k)));
                 }
               }
             });
  finish();
  return results;
}

}  // namespace nlp::task
