// A model and its tokenizer, and workers that compute with them.
#pragma once
#include <memory>
#include <utility>

#include "cli/app.hpp"
#include "cli/options.hpp"
#include "cli/process.hpp"
#include "model/model.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::cli {

struct Opened {
  model::Model model;
  tokenizer::Tokenizer tokenizer;
};

// Opens both, and tells under -v what was read.  Throws Error{model}.
Opened open(const App& app, const ModelOptions& options, const ComputeOptions& compute);
Opened open(const App& app, const std::filesystem::path& directory, const ComputeOptions& compute);
tokenizer::Tokenizer open_tokenizer(const App& app, const std::filesystem::path& directory);

// The options of one worker's workspace.  Of all workers the one that gets the first record tells
// the error of its attention: `*first` says whether this one has it.
model::RunOptions worker_options(const ComputeOptions& compute, int threads,
                                 std::shared_ptr<const bool> first);

// A worker of each thread calls body(records, replies, workspace) with a workspace of its own, made
// as `compute` says.
template <class Body>
MakeWorker with_workspace(const model::Model& model, const ComputeOptions& compute, Body body) {
  return [&model, &compute, body = std::move(body)](int threads) -> Worker {
    const auto first = std::make_shared<bool>(false);
    const std::shared_ptr<model::Workspace> workspace =
        model.workspace(worker_options(compute, threads, first));
    return [body, workspace, first](std::span<const Record> records, std::span<Reply> replies) {
      *first = !records.empty() && records.front().index == 0;
      body(records, replies, *workspace);
    };
  };
}

}  // namespace nlp::cli
