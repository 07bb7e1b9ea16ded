// The "decoder" of tokenizer.json.
#include "tokenizer/json_stages.hpp"

namespace nlp::tokenizer {
namespace {

using DecoderPtr = std::unique_ptr<Decoder>;

constexpr std::array kDecoders = {
    Factory<DecoderPtr>{"WordPiece",
                        [](const JsonPart& part, const Parts&) -> DecoderPtr {
                          return std::make_unique<WordPieceDecoder>(part.string("prefix", "##"),
                                                                    part.boolean("cleanup", true));
                        }},
};

}  // namespace

std::unique_ptr<Decoder> read_decoder(const JsonPart& part, const Parts& parts) {
  return make(kDecoders, part, parts);
}

}  // namespace nlp::tokenizer
