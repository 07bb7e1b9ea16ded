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
Opened open(const App& app, const ModelOptions& options);
Opened open(const App& app, const std::filesystem::path& directory);
tokenizer::Tokenizer open_tokenizer(const App& app, const std::filesystem::path& directory);

// A worker of each thread calls body(records, replies, workspace) with a workspace of its own.
template <class Body>
MakeWorker with_workspace(const model::Model& model, Body body) {
  return [&model, body = std::move(body)]() -> Worker {
    std::shared_ptr<model::Workspace> workspace = model.workspace();
    return [body, workspace](std::span<const Record> records, std::span<Reply> replies) {
      body(records, replies, *workspace);
    };
  };
}

}  // namespace nlp::cli
