// Runs an encoder-decoder: reads texts, and searches what to write from each of them.
// Legend: B texts.
#pragma once
#include <span>
#include <vector>

#include "model/model.hpp"
#include "task/beam_search.hpp"

namespace nlp::task {

struct WritingJob {
  std::vector<std::int32_t> ids;       // what is read, template included
  const SearchRules* rules = nullptr;  // outlives the call
};

// [B] the hypotheses of each job, best first.  They do not depend on the other jobs.  The decoder's
// first input is `start_id`; about batch_tokens tokens are read at once.
std::vector<std::vector<Hypothesis>> write_texts(const model::Model& model, std::int32_t start_id,
                                                 std::span<const WritingJob> jobs,
                                                 std::int64_t batch_tokens,
                                                 model::Workspace& workspace);

}  // namespace nlp::task
