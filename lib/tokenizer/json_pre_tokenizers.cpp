// The "pre_tokenizer" of tokenizer.json.
#include "tokenizer/json_stages.hpp"

namespace nlp::tokenizer {
namespace {

using PreTokenizerPtr = std::unique_ptr<PreTokenizer>;

constexpr std::array kPreTokenizers = {
    Factory<PreTokenizerPtr>{"BertPreTokenizer",
                             [](const JsonPart&, const Parts&) -> PreTokenizerPtr {
                               return std::make_unique<BertPreTokenizer>();
                             }},
};

}  // namespace

std::unique_ptr<PreTokenizer> read_pre_tokenizer(const JsonPart& part, const Parts& parts) {
  return make(kPreTokenizers, part, parts);
}

}  // namespace nlp::tokenizer
