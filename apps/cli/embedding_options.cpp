#include "cli/embedding_options.hpp"

#include <utility>
#include <vector>

namespace nlp::cli {
namespace {
using Poolings = std::vector<task::Pooling>;

const std::vector<std::pair<std::string, Poolings>>& choices() {
  static const std::vector<std::pair<std::string, Poolings>> all = {{"mean", {task::Pooling::mean}},
                                                                    {"cls", {task::Pooling::cls}},
                                                                    {"max", {task::Pooling::max}},
                                                                    {"last", {task::Pooling::last}},
                                                                    {"none", {}}};
  return all;
}
}  // namespace

EmbeddingOptions::EmbeddingOptions(App& app, Spec spec) : messages_(app.messages()) {
  std::vector<std::string> words;
  for (const auto& [word, poolings] : choices())
    if (spec.rows || !poolings.empty()) words.push_back(word);
  pooled_ = app.add_choice(
      "--pooling", pooling_, words,
      spec.rows ? "How rows become one vector (none: they stay), else as the model says"
                : "How rows become one vector, else as the model says");
  normalized_ =
      app.add_flag("--normalize,!--no-normalize", normalize_,
                   "Make vectors of length 1, or leave them as they are; else as the model says");
  cut_ = app.add_option("--dims", dims_, "Keep the first N numbers of a vector")
             ->type_name("N")
             ->range(std::int64_t{1}, std::int64_t{1} << 30);
}

void EmbeddingOptions::exclude(Option* option) {
  for (Option* own : {pooled_, normalized_, cut_}) option->excludes(own);
}

task::EmbedOptions EmbeddingOptions::read(const task::SentenceModules& modules,
                                          const std::filesystem::path& directory) const {
  task::EmbedOptions options;
  for (const auto& [word, poolings] : choices())
    if (word == pooling_) options.pooling = poolings;
  if (!modules.found && pooling_.empty())
    messages_.warn(directory.string() + ": says nothing of pooling; the mean is taken (--pooling)");
  options.normalize = normalize_;
  options.dims = dims_;
  return options;
}

}  // namespace nlp::cli
