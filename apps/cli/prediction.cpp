#include "cli/prediction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "task/classify.hpp"
#include "task/log_softmax.hpp"

namespace nlp::cli {
namespace {
using model::Head;
using tensor::Tensor;

constexpr std::int32_t kNoLabel = -100;
constexpr const char* kNextSentence[] = {"is_next", "not_next"};

struct Scored {
  std::string label;
  double score;
};

// The labels of one row of logits, best first.
std::vector<Scored> ranked(std::span<const float> logits, task::ScoreFunction function,
                           const auto& name) {
  std::vector<double> scores(logits.size());
  task::apply(function, logits, scores);
  std::vector<Scored> labels;
  for (const std::size_t k : task::best_first(scores)) labels.push_back({name(k), scores[k]});
  return labels;
}

Scored best_token_label(std::span<const float> logits, const model::Config& config) {
  return ranked(logits, task::ScoreFunction::softmax,
                [&](std::size_t k) { return config.labels[k]; })
      .front();
}

std::vector<Scored> text_labels(std::span<const float> logits, const model::Config& config) {
  return ranked(logits, task::score_function(config),
                [&](std::size_t k) { return config.labels[k]; });
}

std::vector<Scored> relations(std::span<const float> logits) {
  return ranked(logits, task::ScoreFunction::softmax,
                [](std::size_t k) { return std::string(kNextSentence[k]); });
}

void put_candidates(ValueWriter& writer, std::span<const float> logits,
                    const tokenizer::Tokenizer& tokenizer, std::size_t top) {
  const task::LogSoftmax logprobs(logits);
  writer.array();
  for (const auto id : logprobs.top(top))
    writer.object()
        .put("token", tokenizer.token_of(id))
        .put("id", id)
        .put("score", std::exp(logprobs[id]))
        .end();
  writer.end();
}

void put_labels(ValueWriter& writer, const char* key, const std::vector<Scored>& labels) {
  writer.key(key).array();
  for (const Scored& label : labels)
    writer.object().put("label", label.label).put("score", label.score).end();
  writer.end();
}

// Whether each token was replaced, as probabilities.
std::vector<float> replaced_scores(const Tensor& logits) {
  std::vector<float> scores;
  for (const float logit : logits.values()) scores.push_back(1 / (1 + std::exp(-logit)));
  return scores;
}

std::vector<float> column(const Tensor& logits, std::size_t which) {
  std::vector<float> values;
  for (std::int64_t t = 0; t < logits.rows(); ++t) values.push_back(logits.row(t)[which]);
  return values;
}

bool has_loss(Head head) {
  return head == Head::masked_lm || head == Head::token_classification ||
         head == Head::sequence_classification;
}

// Mean cross-entropy where the record has labels that fit the head.
std::optional<double> loss_of(const task::HeadLogits& head, const WantedRows& wanted,
                              const model::Config& config) {
  switch (head.head) {
    case Head::masked_lm:
      return task::mean_cross_entropy(head.logits, wanted.row_labels);
    case Head::token_classification:
      return task::mean_cross_entropy(head.logits, wanted.labels);
    case Head::sequence_classification:
      if (wanted.labels.size() != 1 || config.problem != model::Problem::single_label)
        return std::nullopt;
      return task::mean_cross_entropy(head.logits, wanted.labels);
    case Head::question_answering:
    case Head::next_sentence:
    case Head::replaced_token:
      break;
  }
  return std::nullopt;
}

}  // namespace

WantedRows::WantedRows(const Record& record, const StageTokens& tokens,
                       const tokenizer::Tokenizer& tokenizer, bool all) {
  const auto& ids = tokens.encoding.ids;
  if (record.has("labels")) {
    const auto given = record.integers("labels");
    labels = given;
    if (tokens.given && tokens.input.truncated) {
      labels.clear();
      for (const std::size_t place : tokens.kept)
        if (place < given.size()) labels.push_back(given[place]);
    }
    if (labels.size() != ids.size() && labels.size() != 1)
      throw Error(Kind::data, fmt::format("field `labels` (expected as many values as `ids`, {}, "
                                          "got {})",
                                          ids.size(), labels.size()));
  }
  const auto mask = tokenizer.mask_id();
  for (std::size_t t = 0; t < ids.size(); ++t) {
    const bool is_mask = mask && ids[t] == *mask;
    const std::int32_t label = labels.size() == ids.size() ? labels[t] : kNoLabel;
    if (!all && !is_mask && label < 0) continue;
    if (is_mask) masks.push_back(rows.size());
    rows.push_back(static_cast<std::int64_t>(t));
    row_labels.push_back(label);
  }
}

void put_predictions(ValueWriter& writer, std::span<const task::HeadLogits> heads,
                     const WantedRows& wanted, const model::Config& config,
                     const tokenizer::Tokenizer& tokenizer, std::size_t top) {
  for (const task::HeadLogits& head : heads) {
    const Tensor& logits = head.logits;
    switch (head.head) {
      case Head::masked_lm:
        writer.key("predictions").array();
        for (const std::size_t mask : wanted.masks)
          put_candidates(writer, logits.row(static_cast<std::int64_t>(mask)), tokenizer, top);
        writer.end();
        break;
      case Head::token_classification: {
        std::vector<Scored> classes;
        for (std::int64_t t = 0; t < logits.rows(); ++t)
          classes.push_back(best_token_label(logits.row(t), config));
        put_labels(writer, "classes", classes);
        break;
      }
      case Head::sequence_classification: {
        const auto labels = text_labels(logits.row(0), config);
        writer.put("label", labels.front().label).put("score", labels.front().score);
        put_labels(writer, "classes", labels);
        break;
      }
      case Head::question_answering:
        writer.put("start_logits", column(logits, 0)).put("end_logits", column(logits, 1));
        break;
      case Head::next_sentence:
        put_labels(writer, "next_sentence", relations(logits.row(0)));
        break;
      case Head::replaced_token:
        writer.put("replaced", replaced_scores(logits));
        break;
    }
    if (wanted.labels.empty() || !has_loss(head.head)) continue;
    writer.key("loss");
    const auto loss = loss_of(head, wanted, config);
    loss ? writer.value(*loss) : writer.value(nullptr);
  }
}

void write_predictions(Reply& reply, std::span<const task::HeadLogits> heads,
                       const WantedRows& wanted, const model::Config& config,
                       const tokenizer::Tokenizer& tokenizer, std::size_t top) {
  const auto line = [&](const Scored& label) {
    reply.line(fmt::format("{}\t{:.4f}", label.label, label.score));
  };
  for (const task::HeadLogits& head : heads) {
    const Tensor& logits = head.logits;
    switch (head.head) {
      case Head::masked_lm:
        for (const std::size_t mask : wanted.masks) {
          const task::LogSoftmax logprobs(logits.row(static_cast<std::int64_t>(mask)));
          for (const auto id : logprobs.top(top))
            line({std::string(tokenizer.token_of(id)), std::exp(logprobs[id])});
        }
        break;
      case Head::token_classification:
        for (std::int64_t t = 0; t < logits.rows(); ++t)
          line(best_token_label(logits.row(t), config));
        break;
      case Head::sequence_classification:
        for (const Scored& label : text_labels(logits.row(0), config)) line(label);
        break;
      case Head::question_answering:
        for (std::int64_t t = 0; t < logits.rows(); ++t)
          reply.line(fmt::format("{:.4f}\t{:.4f}", logits.row(t)[0], logits.row(t)[1]));
        break;
      case Head::next_sentence:
        for (const Scored& label : relations(logits.row(0))) line(label);
        break;
      case Head::replaced_token:
        for (const float score : replaced_scores(logits)) reply.line(fmt::format("{:.4f}", score));
        break;
    }
    if (!wanted.labels.empty())
      if (const auto loss = loss_of(head, wanted, config))
        reply.line(fmt::format("loss\t{:.4f}", *loss));
  }
  reply.line("");
}

std::vector<ArrayKind> prediction_kinds(std::span<const Head> heads, const model::Config& config) {
  const auto f32 = npy::Type::float32;
  const auto labels = static_cast<std::int64_t>(config.labels.size());
  std::vector<ArrayKind> kinds;
  for (const Head head : heads) switch (head) {
      case Head::masked_lm:
        kinds.push_back(
            {heads.size() == 1 ? "logits" : "prediction_logits", f32, {kRows, config.vocab_size}});
        break;
      case Head::token_classification:
        kinds.push_back({"logits", f32, {kRows, labels}});
        break;
      case Head::sequence_classification:
        kinds.push_back({"logits", f32, {labels}});
        break;
      case Head::question_answering:
        kinds.push_back({"start_logits", f32, {kRows}});
        kinds.push_back({"end_logits", f32, {kRows}});
        break;
      case Head::next_sentence:
        kinds.push_back({heads.size() == 1 ? "logits" : "seq_relationship_logits", f32, {2}});
        break;
      case Head::replaced_token:
        kinds.push_back({"logits", f32, {kRows}});
        break;
    }
  return kinds;
}

RecordArrays prediction_arrays(std::span<const task::HeadLogits> heads, std::int64_t rows) {
  RecordArrays arrays;
  arrays.rows = rows;
  for (const task::HeadLogits& head : heads) {
    if (head.head == Head::question_answering) {
      arrays.add(column(head.logits, 0));
      arrays.add(column(head.logits, 1));
    } else {
      arrays.add(head.logits.values());
    }
  }
  return arrays;
}

}  // namespace nlp::cli
