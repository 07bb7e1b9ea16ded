// How words become tokens, told without a tokenizer.
#pragma once
#include <filesystem>
#include <string>

namespace nlp::tokenizer {

// "WordPiece", "BPE", "Unigram" or "WordLevel", as tokenizer.json names it, of the tokenizer that
// Tokenizer::open reads there.  Throws Error{model} as that does.
std::string read_rule(const std::filesystem::path& directory);

}  // namespace nlp::tokenizer
