// What a model is, from its files: no weight is read.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/model_store.hpp"
#include "model/survey.hpp"
#include "task/sentence_modules.hpp"

namespace nlp::cli {

struct ModelCard {
  std::string name;  // as it was given
  std::filesystem::path path;
  std::string commit;             // of a model in the store; else empty
  std::vector<std::string> refs;  // the revisions at it
  std::string license;            // empty: its README.md does not tell
  model::Survey survey;
  std::optional<std::int64_t> max_tokens;  // what commands take of one text; absent: any number
  std::string tokenizer_rule, mask_token;  // the latter empty: none
  std::int32_t tokens = 0;                 // of the tokenizer
  task::SentenceModules sentence;          // how a text becomes one vector
};

// `given`: a directory or a name, as for -m.  Throws Error{model}.
ModelCard read_model_card(const std::string& given, const Environment& environment);

std::string text_of(const ModelCard& card);  // lines for people
std::string json_of(const ModelCard& card);  // one record, with its newline

}  // namespace nlp::cli
