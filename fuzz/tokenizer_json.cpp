// Any bytes as tokenizer.json: they are refused with an Error, or make a tokenizer that keeps its
// promises on a hard text.  What stands behind the first NUL, if any, is the text.
#include "check_tokenizer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const nlp::fuzz::OneFile file("tokenizer.json");
  const std::string_view bytes = nlp::fuzz::text_of(data, size);
  const std::size_t nul = std::min(bytes.find('\0'), bytes.size());
  std::string text(nul < size ? bytes.substr(nul + 1) : nlp::fuzz::kHardText);
  nlp::text::repair(text);
  const auto& directory = file.write(bytes.substr(0, nul));
  nlp::fuzz::allow({nlp::Kind::model}, [&] {
    const auto tokenizer = nlp::tokenizer::Tokenizer::open(directory);
    nlp::fuzz::check_tokenizer(tokenizer, text, nlp::fuzz::kHardText);
  });
  return 0;
}
