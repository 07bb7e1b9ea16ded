// Any text through the tokenizers of tests/data: they keep their promises.  A NUL parts a pair.
#include <vector>

#include "check_tokenizer.hpp"

namespace {
std::vector<nlp::tokenizer::Tokenizer> open_all() {
  std::vector<nlp::tokenizer::Tokenizer> tokenizers;
  for (const auto& entry : std::filesystem::directory_iterator(NLP_TEST_DATA "/tokenizers"))
    if (entry.is_directory()) tokenizers.push_back(nlp::tokenizer::Tokenizer::open(entry.path()));
  return tokenizers;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto tokenizers = open_all();
  const std::string_view bytes = nlp::fuzz::text_of(data, size);
  const std::size_t nul = std::min(bytes.find('\0'), bytes.size());
  std::string text(bytes.substr(0, nul)), pair(bytes.substr(std::min(nul + 1, size)));
  nlp::text::repair(text);
  nlp::text::repair(pair);
  for (const auto& tokenizer : tokenizers) nlp::fuzz::check_tokenizer(tokenizer, text, pair);
  return 0;
}
