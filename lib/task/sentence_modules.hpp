// How a checkpoint directory says that a text becomes one vector.
// Source: sentence-transformers: modules.json, a folder for each module, sentence_bert_config.json,
// config_sentence_transformers.json.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/dense.hpp"
#include "task/pooling.hpp"

namespace nlp::task {

struct Normalize {};
using VectorStep = std::variant<model::Dense, Normalize>;

// How the logits of all tokens become one weight for each word of the vocabulary.
enum class SparsePooling { max, sum };
struct Splade {
  SparsePooling pooling = SparsePooling::max;
  bool twice = false;  // log1p(log1p(relu(x))), not log1p(relu(x))
};

struct SentenceModules {
  bool found = false;                 // modules.json was there; else all below is as it stands
  std::filesystem::path transformer;  // the folder of config.json, weights and tokenizer
  std::optional<std::int64_t> max_tokens;
  bool lowercase = false;  // the text itself, before the tokenizer
  std::vector<Pooling> pooling = {Pooling::mean};
  bool include_prompt = true;                  // the prompt's rows count in the pooling
  std::vector<VectorStep> steps;               // on the pooled vector, in order
  std::optional<Splade> splade;                // words with weights, no vector
  std::map<std::string, std::string> prompts;  // by name
  std::string prompt;                          // the default one
  std::string similarity = "cosine";           // how vectors are compared
};

// What stands before queries, and before texts that are searched: the name of the first prompt that
// is there, or nothing.  Source: encode_query, encode_document.
std::optional<std::string> query_prompt(const SentenceModules& modules);
std::optional<std::string> document_prompt(const SentenceModules& modules);

// Throws Error{model}: a file is missing or broken, a module or a pooling mode is not known.
SentenceModules read_sentence_modules(const std::filesystem::path& directory);

}  // namespace nlp::task
