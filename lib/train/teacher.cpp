#include "train/teacher.hpp"

#include <algorithm>
#include <memory>

#include "base/thread_team.hpp"
#include "model/model.hpp"
#include "task/embed.hpp"

namespace nlp::train {

void set_teacher_vectors(const std::filesystem::path& teacher, const PairSet& set, int threads,
                         std::vector<Example>& examples) {
  constexpr std::int64_t kTexts = 32;  // of a task
  const model::Model model = model::Model::open(teacher);
  const auto tokenizer = tokenizer::Tokenizer::open(teacher);
  task::EmbedOptions options;
  options.normalize = true;
  const task::Embedder embedder(model, tokenizer, task::read_sentence_modules(teacher), options);
  ThreadTeam team(threads);
  std::vector<model::WorkspacePtr> workspaces;
  for (int k = 0; k < threads; ++k) workspaces.push_back(model.workspace(1));
  const auto count = static_cast<std::int64_t>(examples.size());
  team.run((count + kTexts - 1) / kTexts, [&](std::int64_t task, int thread) {
    std::vector<task::SplitInput> inputs;
    const std::int64_t first = task * kTexts, last = std::min(count, first + kTexts);
    for (std::int64_t k = first; k < last; ++k)
      inputs.push_back(embedder.prepare(set.pairs[static_cast<std::size_t>(k)].text));
    auto vectors = embedder(inputs, *workspaces[static_cast<std::size_t>(thread)]);
    for (std::int64_t k = first; k < last; ++k)
      examples[static_cast<std::size_t>(k)].scores =
          std::move(vectors[static_cast<std::size_t>(k - first)]);
  });
}

}  // namespace nlp::train
