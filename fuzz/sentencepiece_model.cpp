// Any bytes as spiece.model: they are refused with an Error, or make a tokenizer that keeps its
// promises.  The first byte chooses the class.
#include <array>

#include "check_tokenizer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array kClasses = {"XLMRobertaTokenizer", "CamembertTokenizer",
                                   "AlbertTokenizer",     "T5Tokenizer",
                                   "DebertaV2Tokenizer",  "ReformerTokenizer"};
  if (size == 0) return 0;
  static const nlp::fuzz::OneFile file("spiece.model");
  const auto& directory = file.write(nlp::fuzz::text_of(data + 1, size - 1));
  std::ofstream(directory / "tokenizer_config.json")
      << R"({"tokenizer_class": ")" << kClasses[data[0] % kClasses.size()] << "\"}";
  nlp::fuzz::allow({nlp::Kind::model}, [&] {
    const auto tokenizer = nlp::tokenizer::Tokenizer::open(directory);
    nlp::fuzz::check_tokenizer(tokenizer, nlp::fuzz::kHardText, "</s> \xC3\xA9 a");
  });
  return 0;
}
