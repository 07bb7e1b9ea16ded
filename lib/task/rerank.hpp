// How well a text answers a query: a cross-encoder reads both at once.
// Source: the CrossEncoder class of sentence-transformers.  Legend: B pairs.
#pragma once
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "model/model.hpp"
#include "task/inputs.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::task {

// From the model's logit to the score.
using ScoreActivation = double (*)(double);

// The function that a checkpoint's files name: `activation_fn` of
// config_sentence_transformers.json, `sentence_transformers.activation_fn` or
// `sbert_ce_default_activation_function` of config.json, else the sigmoid.
// Throws Error{model}: a file is broken, a function is not known, or modules.json or a prompt asks
// for more than a Transformer.
ScoreActivation read_score_activation(const std::filesystem::path& directory);

class Reranker {
 public:
  // `model` and `tokenizer` outlive this.
  // Throws Error{model} without sequence classification head, or where it has several labels: the
  // reference ranks by one score alone.  Error{usage} for a window that the model does not take.
  Reranker(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
           ScoreActivation activation, const FitOptions& options);

  // Both are valid UTF-8.  Throws Error{data} for a text that is too long.
  SplitInput prepare(std::string_view query, std::string_view text) const;

  // [B] scores; of a text in windows, each with the query, that of the best one (MaxP: Dai & Callan
  // 2019, arXiv:1905.09217).  A score does not depend on the others.
  std::vector<double> operator()(std::span<const SplitInput> pairs,
                                 model::Workspace& workspace) const;

 private:
  const model::Model& model_;
  const tokenizer::Tokenizer& tokenizer_;
  ScoreActivation activation_;
  FitOptions options_;
  std::int64_t limit_;
};

}  // namespace nlp::task
