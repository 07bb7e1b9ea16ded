// What a SentencePiece model file holds.
// Source: sentencepiece_model.proto (ModelProto, TrainerSpec, NormalizerSpec) and the wire format
// of protocol buffers; fields that no tokenizer here needs are skipped.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nlp::tokenizer {

struct SentencePieceModel {
  enum Algorithm : std::int64_t { kUnigram = 1, kBpe = 2 };
  enum Type : std::int64_t { kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4 };
  struct Piece {
    std::string_view text;  // valid UTF-8
    float score = 0;
    std::int64_t type = kNormal;
  };
  std::vector<Piece> pieces;
  std::int64_t algorithm = kUnigram;
  std::int64_t unknown_id = 0;  // not checked
  std::string_view unknown_piece = "<unk>";
  std::string_view charsmap;  // empty where there is none
};

// `bytes` must outlive the model.  Throws Error{model} `where: broken SentencePiece model at byte
// N:
// ...`.
SentencePieceModel read_sentencepiece_model(std::string_view bytes, const std::string& where);

}  // namespace nlp::tokenizer
