// What `nlp bench` times: forward passes and texts, shared out to threads as commands do it.
// Legend: T tokens of a text, N rows: the tokens of all texts.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "dnn/profile.hpp"
#include "model/model.hpp"
#include "task/embed.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::task {

// Texts of random ids, all of one length, in batches of at most batch_tokens tokens (or one text,
// if that is more).  Always the same ones.
std::vector<model::Batch> uniform_batches(const model::Config& config, std::int64_t texts,
                                          std::int64_t length, std::int64_t batch_tokens);

// Calls work(item, thread) for the items [0, count), each on the next free one of `threads`
// threads; `thread` counts from 0.  Throws what work throws, the other items left undone.
void share_out(std::int64_t count, int threads,
               const std::function<void(std::int64_t item, std::size_t thread)>& work);

// Rounds of so many items are a multiple of this, for no thread to be idle at their end.
std::int64_t even_rounds(std::int64_t items, int threads);

// Runs batches: each on one of the threads, with a workspace of one thread for each.
class BatchRun {
 public:
  // `model` outlives this.
  BatchRun(const model::Model& model, std::vector<model::Batch> batches, int threads);

  void operator()(std::int64_t rounds);

  std::int64_t tokens() const;   // N of a round
  std::int64_t step() const;     // see even_rounds()
  dnn::Profile profile() const;  // where the time of the last call went, all threads together

 private:
  struct Worker {
    dnn::Profile profile;
    model::WorkspacePtr workspace;
    model::Encoded encoded;
  };
  const model::Model& model_;
  std::vector<model::Batch> batches_;
  std::vector<Worker> workers_;
};

// Makes vectors of texts, from their bytes on, as `nlp embed` does.
class TextRun {
 public:
  // `model`, `embed` and `texts` (valid UTF-8, at least one) outlive this.  The texts are cut into
  // units of about batch_tokens tokens, one for a thread at a time.
  // Throws Error{data} `text 3: …` for one that is too long.
  TextRun(const model::Model& model, const Embedder& embed, std::span<const std::string> texts,
          std::int64_t batch_tokens, int threads);

  void operator()(std::int64_t rounds);

  std::int64_t tokens() const { return tokens_; }  // of a round, as the model reads them
  std::int64_t step() const;

 private:
  const Embedder& embed_;
  std::vector<std::span<const std::string>> units_;
  std::vector<model::WorkspacePtr> workspaces_;
  std::int64_t tokens_ = 0;
};

}  // namespace nlp::task
