// Which files of a model are wanted.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace nlp::store {

// The bytes of one of the model's files.
using ReadText = std::function<std::string(const std::string& path)>;

// Patterns of files, as huggingface_hub takes them: `*` stands for slashes, too, and a pattern that
// ends in a slash for all that is in the folder.
struct Patterns {
  std::vector<std::string> include;  // none: what commands read
  std::vector<std::string> exclude;
};

// Of `paths` those that are wanted, in the order given.  Without patterns to include: the configs,
// the tokenizer's files, README.md and the licence, weights in one form (model.safetensors, its
// shards, pytorch_model.bin, its shards: the first that is there), and the same of each folder that
// modules.json names.  `read` is asked for modules.json and for an index of shards.
// Throws Error{model} where nothing is left, or none of these weights is there.
std::vector<std::string> select_files(std::span<const std::string> paths, const Patterns& patterns,
                                      const ReadText& read);

}  // namespace nlp::store
