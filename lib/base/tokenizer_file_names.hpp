// The files a tokenizer may be read from, as publishers name them: what a copy of a model needs.
#pragma once
#include <string_view>

namespace nlp {

constexpr std::string_view kTokenizerFiles[] = {
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "dict.txt",
    "spiece.model",
    "spm.model",
    "sentencepiece.bpe.model",
    "sentencepiece.model",
    "tokenizer.model",
    "source.spm",
    "target.spm",
};

}  // namespace nlp
