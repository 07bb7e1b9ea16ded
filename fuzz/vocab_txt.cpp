// Any bytes as vocab.txt: they are refused with an Error, or make a tokenizer that keeps its
// promises.
#include "check_tokenizer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const nlp::fuzz::OneFile file("vocab.txt");
  const auto& directory = file.write(nlp::fuzz::text_of(data, size));
  nlp::fuzz::allow({nlp::Kind::model}, [&] {
    const auto tokenizer = nlp::tokenizer::Tokenizer::open(directory);
    nlp::fuzz::check_tokenizer(tokenizer, nlp::fuzz::kHardText, "[CLS] \xC3\xA9 a");
  });
  return 0;
}
