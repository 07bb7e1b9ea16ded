// One vector for a text: the encoder's rows pooled, as sentence-transformers does it.
// Legend: B texts, T tokens, H hidden, E numbers of a vector.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.hpp"
#include "task/inputs.hpp"
#include "task/sentence_text.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::task {

struct EmbedOptions {
  std::optional<std::vector<Pooling>> pooling;  // else what the modules say; none: the rows alone
  std::optional<bool> normalize;                // else what the modules say
  std::int64_t dims = 0;                        // the first numbers of a vector; 0: all
  TextOptions text;
};

class Embedder {
 public:
  // `model` and `tokenizer` outlive this.  Throws Error{model} where a Dense module does not fit or
  // the modules make sparse vectors,
  // Error{usage} for more dims than there are, or a window that the model does not take.
  Embedder(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
           SentenceModules modules, const EmbedOptions& options);

  std::int64_t size() const { return size_; }           // E
  bool keeps_rows() const { return pooling_.empty(); }  // no pooling: E is of a row

  // `text` is valid UTF-8, without prompt.  Throws Error{data} for a text that is too long.
  SplitInput prepare(std::string_view text) const { return texts_.prepare(text); }

  // [B] vectors [E]; without pooling the rows [T*E].  A text's values do not depend on the others.
  // Cut to `dims`, then made of length 1 if options.normalize says so: the reference's order.
  std::vector<std::vector<float>> operator()(std::span<const SplitInput> texts,
                                             model::Workspace& workspace) const;

 private:
  std::vector<float> vector_of(std::vector<float> pooled) const;

  const model::Model& model_;
  SentenceText texts_;
  std::vector<Pooling> pooling_;
  std::vector<VectorStep> steps_;
  bool normalize_;         // behind all steps
  std::int64_t skip_ = 0;  // rows of the prompt that do not count
  std::int64_t size_ = 0;
  std::int64_t batch_tokens_;
};

}  // namespace nlp::task
