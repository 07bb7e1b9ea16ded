// A tokenizer of each kind with a small vocabulary.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "support/golden.hpp"
#include "support/temporary_directory.hpp"
#include "tokenizer/tokenizer.hpp"

namespace small_tokenizers {

// From FILE of tests/data/tokenizer_files, under the name that the class looks for.
inline nlp::tokenizer::Tokenizer of_class(const std::string& name,
                                          const std::vector<std::string>& files,
                                          const std::vector<std::string>& names) {
  const TemporaryDirectory directory;
  for (std::size_t k = 0; k < files.size(); ++k)
    std::filesystem::copy_file(paths::data("tokenizer_files/" + files[k]),
                               directory.path() / names[k]);
  directory.write("tokenizer_config.json", R"({"tokenizer_class": ")" + name + "\"}");
  return nlp::tokenizer::Tokenizer::open(directory.path());
}

inline const nlp::tokenizer::Tokenizer& wordpiece() {
  static const auto tokenizer = nlp::tokenizer::Tokenizer::open(golden::model("bert-mlm"));
  return tokenizer;
}

inline const nlp::tokenizer::Tokenizer& byte_level() {
  static const auto tokenizer =
      of_class("RobertaTokenizer", {"vocab.json", "merges.txt"}, {"vocab.json", "merges.txt"});
  return tokenizer;
}

inline const nlp::tokenizer::Tokenizer& unigram() {
  static const auto tokenizer =
      of_class("XLMRobertaTokenizer", {"spiece.model"}, {"sentencepiece.bpe.model"});
  return tokenizer;
}

inline const nlp::tokenizer::Tokenizer& albert() {
  static const auto tokenizer = of_class("AlbertTokenizer", {"spiece.model"}, {"spiece.model"});
  return tokenizer;
}

}  // namespace small_tokenizers
