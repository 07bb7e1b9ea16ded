// --pooling, --normalize/--no-normalize, --dims: how the rows of a text become one vector.
#pragma once
#include <filesystem>
#include <string>

#include "cli/app.hpp"
#include "task/embed.hpp"

namespace nlp::cli {

class EmbeddingOptions {
 public:
  struct Spec {
    bool rows = false;  // --pooling none: they stay rows
  };
  EmbeddingOptions(App& app, Spec spec);
  EmbeddingOptions(const EmbeddingOptions&) = delete;

  // No use beside `option`.
  void exclude(Option* option);

  // What they say; the texts' part is the caller's.  Warns where neither they nor the modules of
  // `directory` tell how to pool.
  task::EmbedOptions read(const task::SentenceModules& modules,
                          const std::filesystem::path& directory) const;

 private:
  const Messages& messages_;
  Option *pooled_ = nullptr, *normalized_ = nullptr, *cut_ = nullptr;
  std::string pooling_;
  std::optional<bool> normalize_;
  std::int64_t dims_ = 0;
};

}  // namespace nlp::cli
