// The "decoder" of tokenizer.json.
#include "tokenizer/byte_level.hpp"
#include "tokenizer/json_stages.hpp"

namespace nlp::tokenizer {
namespace {

using DecoderPtr = std::unique_ptr<Decoder>;

template <class Type>
DecoderPtr make_plain(const JsonPart&, const Parts&) {
  return std::make_unique<Type>();
}

DecoderPtr make_wordpiece(const JsonPart& part, const Parts&) {
  return std::make_unique<WordPieceDecoder>(part.string("prefix", "##"),
                                            part.boolean("cleanup", true));
}

DecoderPtr make_metaspace_decoder(const JsonPart& part, const Parts&) {
  const MetaspaceOptions options = read_metaspace(part);
  return std::make_unique<MetaspaceDecoder>(options.replacement,
                                            options.prepend != MetaspaceOptions::Prepend::never);
}

DecoderPtr make_bpe(const JsonPart& part, const Parts&) {
  return std::make_unique<BpeDecoder>(std::string(part.member("suffix").string()));
}

DecoderPtr make_strip_decoder(const JsonPart& part, const Parts&) {
  constexpr std::int64_t kMost = 1 << 30;
  const auto count = [&](const char* key) {
    return static_cast<std::size_t>(part.member(key).integer(0, kMost));
  };
  return std::make_unique<StripDecoder>(read_character(part.member("content")), count("start"),
                                        count("stop"));
}

DecoderPtr make_replace_decoder(const JsonPart& part, const Parts&) {
  return std::make_unique<ReplaceDecoder>(read_pattern(part.member("pattern")),
                                          std::string(part.member("content").string()));
}

DecoderPtr make_ctc(const JsonPart& part, const Parts&) {
  return std::make_unique<CtcDecoder>(std::string(part.member("pad_token").string()),
                                      std::string(part.member("word_delimiter_token").string()),
                                      part.member("cleanup").boolean());
}

DecoderPtr make_sequence_decoder(const JsonPart& part, const Parts& parts);

constexpr std::array kDecoders = {
    Factory<DecoderPtr>{"WordPiece", make_wordpiece},
    Factory<DecoderPtr>{"ByteLevel", make_plain<ByteLevelDecoder>},
    Factory<DecoderPtr>{"Metaspace", make_metaspace_decoder},
    Factory<DecoderPtr>{"BPEDecoder", make_bpe},
    Factory<DecoderPtr>{"ByteFallback", make_plain<ByteFallbackDecoder>},
    Factory<DecoderPtr>{"Fuse", make_plain<FuseDecoder>},
    Factory<DecoderPtr>{"Strip", make_strip_decoder},
    Factory<DecoderPtr>{"Replace", make_replace_decoder},
    Factory<DecoderPtr>{"CTC", make_ctc},
    Factory<DecoderPtr>{"Sequence", make_sequence_decoder},
};

DecoderPtr make_any(const JsonPart& part, const Parts& parts) {
  return make(kDecoders, part, parts,
              type_of(part, {{"suffix", "BPEDecoder"},
                             {"prefix", "WordPiece"},
                             {"pad_token", "CTC"},
                             {"pattern", "Replace"},
                             {"start", "Strip"}}));
}

DecoderPtr make_sequence_decoder(const JsonPart& part, const Parts& parts) {
  std::vector<DecoderPtr> sequence;
  part.member("decoders").elements([&](const JsonPart& element) {
    sequence.push_back(make_any(element, parts));
  });
  return std::make_unique<DecoderSequence>(std::move(sequence));
}

}  // namespace

std::unique_ptr<Decoder> read_decoder(const JsonPart& part, const Parts& parts) {
  return make_any(part, parts);
}

}  // namespace nlp::tokenizer
