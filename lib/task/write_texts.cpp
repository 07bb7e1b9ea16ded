#include "task/write_texts.hpp"

#include <algorithm>
#include <utility>

#include "task/most_logits.hpp"

namespace nlp::task {
namespace {

// A text that is being written, with what the decoder keeps of each running hypothesis.
struct Text {
  BeamSearch search;
  const model::ReadText* read;
  std::vector<model::WrittenText> written;
};

// Hypotheses go on from what their parents wrote; the last one to do so takes it over.
void follow_parents(Text& text) {
  const auto& parents = text.search.parents();
  std::vector<model::WrittenText> next(parents.size());
  for (std::size_t k = 0; k < parents.size(); ++k) {
    const bool last = std::find(parents.begin() + static_cast<std::ptrdiff_t>(k) + 1, parents.end(),
                                parents[k]) == parents.end();
    auto& from = text.written[parents[k]];
    if (last)
      next[k] = std::move(from);
    else
      next[k] = from;
  }
  text.written = std::move(next);
}

// One token further in all texts that are not done.  Returns whether there were any.
bool advance(const model::Model& model, std::int32_t start_id, std::vector<Text>& texts,
             model::Workspace& workspace, tensor::Tensor& logits) {
  std::vector<model::DecoderStep> steps;
  std::vector<std::pair<Text*, std::size_t>> wanted;  // of each step: text, hypothesis
  for (Text& text : texts) {
    if (text.search.done()) continue;
    const auto& running = text.search.running();
    for (std::size_t k = 0; k < running.size(); ++k) {
      const std::int32_t id = running[k].ids.empty() ? start_id : running[k].ids.back();
      steps.push_back({id, text.read, &text.written[k]});
      wanted.emplace_back(&text, k);
    }
  }
  const auto group = static_cast<std::size_t>(
      std::max<std::int64_t>(1, kMostLogits / model.config().decoder.vocab_size));
  for (std::size_t first = 0; first < steps.size(); first += group) {
    const std::size_t count = std::min(group, steps.size() - first);
    model.write(std::span(steps).subspan(first, count), workspace, logits);
    for (std::size_t k = 0; k < count; ++k)
      wanted[first + k].first->search.offer(wanted[first + k].second,
                                            logits.row(static_cast<std::int64_t>(k)));
  }
  for (Text& text : texts) {
    if (text.search.done()) continue;
    text.search.advance();
    follow_parents(text);
  }
  return !steps.empty();
}

}  // namespace

std::vector<std::vector<Hypothesis>> write_texts(const model::Model& model, std::int32_t start_id,
                                                 std::span<const WritingJob> jobs,
                                                 std::int64_t batch_tokens,
                                                 model::Workspace& workspace) {
  std::vector<std::vector<Hypothesis>> results;
  model::Encoded encoded;
  tensor::Tensor logits;
  for (std::size_t next = 0; next < jobs.size();) {
    model::Batch batch;
    const std::size_t first = next;
    for (; next < jobs.size() && (next == first || batch.rows() < batch_tokens); ++next)
      batch.add(jobs[next].ids, std::vector<std::int32_t>(jobs[next].ids.size(), 0));
    model.encode(batch, {}, workspace, encoded);
    const auto read = model.read(encoded.last, batch.starts, workspace);
    std::vector<Text> texts;
    for (std::size_t k = first; k < next; ++k)
      texts.push_back(
          {BeamSearch(*jobs[k].rules), &read[k - first], std::vector<model::WrittenText>(1)});
    while (advance(model, start_id, texts, workspace, logits)) {
    }
    for (const Text& text : texts) results.push_back(text.search.ended());
  }
  return results;
}

}  // namespace nlp::task
