// What vocabulary files leave unsaid: how the tokenizers of a class normalise, split and frame a
// text.  Source: convert_slow_tokenizer.py and the tokenizer classes of Hugging Face
// transformers 4.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tokenizer/parts.hpp"

namespace nlp::tokenizer {

struct SpecialToken {
  std::string_view name;
  std::string Roles::*role = nullptr;  // by which a config may give it another name
  bool lstrip = false;
  bool normalized = false;
};

// One normalizer, as tokenizer.json writes it.
struct NormalizerStep {
  enum class When { always, lowercasing, dropping_accents, mapping };
  std::string_view json;  // of `mapping`: empty, the file's own charsmap
  When when = When::always;
};

struct Recipe {
  std::vector<std::string_view> classes = {};      // without "Fast"
  std::vector<std::string_view> model_types = {};  // of config.json, where no class is named
  bool lowercases = false, keeps_accents = false;  // where tokenizer_config.json says nothing
  bool maps_longest = false;  // the file's charsmap comes first, as SentencePiece itself applies it
  std::vector<NormalizerStep> normalizers = {};
  // As tokenizer.json writes them; empty: none.
  std::string_view pre_tokenizer = {}, decoder = {}, trimmer = {};
  std::string_view punctuation =
      {};  // goes before pre_tokenizer where a config says split_by_punct
  std::string_view single = {}, pair = {};  // templates: `[CLS]:0 $A:0 [SEP]:0`; empty: none
  std::vector<SpecialToken> special = {};
};

// The row for what the configs name, or nullptr.
template <class Row>
const Row* find_row(const std::vector<Row>& rows, const TokenizerConfig& config) {
  std::string_view name = config.tokenizer_class;
  if (name.ends_with("Fast")) name.remove_suffix(4);
  for (const Row& row : rows)
    if (std::ranges::count(row.recipe.classes, name) > 0) return &row;
  for (const Row& row : rows)
    if (std::ranges::count(row.recipe.model_types, config.model_type) > 0) return &row;
  return nullptr;
}

// Throws Error{model}: the configs name no class of these.
[[noreturn]] void refuse_class(const std::string& known, const TokenizerConfig& config,
                               const std::string& file);
template <class Row>
[[noreturn]] void refuse_class(const std::vector<Row>& rows, const TokenizerConfig& config,
                               const std::string& file) {
  std::string known;
  for (const Row& row : rows)
    for (const std::string_view name : row.recipe.classes)
      known.append(known.empty() ? "" : ", ").append(name);
  refuse_class(known, config, file);
}

// Adds tokens to parts: with the id of the vocabulary, else the next one.  One of the same text is
// replaced.
class TokenAdder {
 public:
  explicit TokenAdder(Parts& parts) : parts_(parts), next_(parts.vocabulary.size()) {}
  void add(AddedToken token);
  void add(const Recipe& recipe);  // its special tokens

 private:
  Parts& parts_;
  std::int32_t next_;
  std::unordered_map<std::string, std::size_t> known_;  // its place in parts.added
};

// Makes the stages of parts that the recipe tells: vocabulary, added tokens and config are there.
// charsmap: of the file, empty where there is none.  where: the file, for complaints.
void make_stages(const Recipe& recipe, std::string_view charsmap, const std::string& where,
                 Parts& parts);

}  // namespace nlp::tokenizer
