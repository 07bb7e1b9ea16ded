#include "task/predict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/error.hpp"
#include "task/log_softmax.hpp"

namespace nlp::task {
namespace {
using model::Head;

struct Architecture {
  std::string_view ending;  // of the architecture
  std::vector<Head> heads;
};

const std::vector<Architecture>& architectures() {
  static const std::vector<Architecture> known = {
      {"ForPreTraining", {Head::masked_lm, Head::next_sentence}},
      {"ForPreTraining", {Head::replaced_token}},
      {"ForMaskedLM", {Head::masked_lm}},
      {"ForTokenClassification", {Head::token_classification}},
      {"ForSequenceClassification", {Head::sequence_classification}},
      {"ForQuestionAnswering", {Head::question_answering}},
      {"ForNextSentencePrediction", {Head::next_sentence}},
  };
  return known;
}
}  // namespace

std::vector<Head> heads_of(const model::Model& model) {
  for (const bool by_name : {true, false})
    for (const Architecture& row : architectures()) {
      const auto& names = model.config().architectures;
      const bool named = std::ranges::any_of(
          names, [&](const std::string& name) { return name.ends_with(row.ending); });
      if (named != by_name) continue;
      if (std::ranges::all_of(row.heads, [&](Head head) { return model.has(head); }))
        return row.heads;
    }
  model.require(Head::masked_lm);  // says which heads there are
  return {Head::masked_lm};
}

bool is_text_wide(Head head) {
  return head == Head::sequence_classification || head == Head::next_sentence;
}

std::vector<HeadLogits> run_heads(const model::Model& model, std::span<const Head> heads,
                                  const tensor::Tensor& src, std::span<const std::int64_t> rows,
                                  model::Workspace& workspace) {
  const std::int64_t whole[] = {0, src.rows()};
  if (src.rows() == 0 && std::ranges::any_of(heads, is_text_wide))
    throw Error(Kind::data,
                "no tokens, which the head reads as one text; leave those of the template in");
  std::vector<HeadLogits> results;
  for (const Head head : heads) {
    HeadLogits result{head, {}};
    switch (head) {
      case Head::masked_lm:
        model.masked_lm(src, rows, workspace, result.logits);
        break;
      case Head::token_classification:
        model.token_logits(src, workspace, result.logits);
        break;
      case Head::sequence_classification:
        model.sequence_logits(src, whole, workspace, result.logits);
        break;
      case Head::question_answering:
        model.answer_logits(src, workspace, result.logits);
        break;
      case Head::next_sentence:
        model.relationship_logits(src, whole, workspace, result.logits);
        break;
      case Head::replaced_token:
        model.replaced_logits(src, workspace, result.logits);
        break;
    }
    results.push_back(std::move(result));
  }
  return results;
}

std::optional<double> mean_cross_entropy(const tensor::Tensor& logits,
                                         std::span<const std::int32_t> labels) {
  double sum = 0;
  std::int64_t count = 0;
  for (std::size_t k = 0; k < labels.size(); ++k) {
    if (labels[k] < 0) continue;
    const auto row = logits.row(static_cast<std::int64_t>(k));
    if (static_cast<std::size_t>(labels[k]) >= row.size())
      throw Error(Kind::data, fmt::format("field `labels` (expected less than {}, got {})",
                                          row.size(), labels[k]));
    sum -= LogSoftmax(row)[labels[k]];
    ++count;
  }
  if (count == 0) return std::nullopt;
  return sum / static_cast<double>(count);
}

}  // namespace nlp::task
