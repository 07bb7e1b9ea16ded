// Words with weights in place of a vector: SPLADE, from the logits of a masked language model.
// Source: Formal et al. 2021, arXiv:2107.05720 (sum) and 2109.10086 (max); the SpladePooling module
// of sentence-transformers.  Legend: B texts, T tokens, V vocabulary.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "model/model.hpp"
#include "task/inputs.hpp"
#include "task/sentence_text.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::task {

struct Term {
  std::int32_t id = 0;
  float weight = 0;  // > 0
};

class SparseEmbedder {
 public:
  // `model` and `tokenizer` outlive this.  Modules that say nothing of it: Splade().
  // Throws Error{model} without masked-LM head, Error{usage} for a window that the model does not
  // take.
  SparseEmbedder(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
                 const SentenceModules& modules, const TextOptions& options);

  // `text` is valid UTF-8, without prompt.  Throws Error{data} for a text that is too long.
  SplitInput prepare(std::string_view text) const { return texts_.prepare(text); }

  // [B] the words of each text that have a weight, heaviest first, of equals the lower id:
  // log(1 + relu(logit)), the largest or the sum over all T tokens, each in the window where it has
  // most context.  A text's terms do not depend on the others.  Memory is bounded: a few rows of
  // logits [V] at a time.
  std::vector<std::vector<Term>> operator()(std::span<const SplitInput> texts,
                                            model::Workspace& workspace) const;

 private:
  const model::Model& model_;
  SentenceText texts_;
  Splade splade_;
  std::int64_t batch_tokens_;
};

}  // namespace nlp::task
