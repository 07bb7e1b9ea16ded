// The stage that makes text of tokens again.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace nlp::tokenizer {

class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual std::string decode(const std::vector<std::string_view>& tokens) const = 0;
};

// Tokens with spaces between them, but for those that continue a word; with `cleanup`, spaces
// before punctuation and English contractions go too. Source: `WordPiece` decoder of Hugging Face
// tokenizers.
class WordPieceDecoder final : public Decoder {
 public:
  WordPieceDecoder(std::string prefix, bool cleanup)
      : prefix_(std::move(prefix)), cleanup_(cleanup) {}
  std::string decode(const std::vector<std::string_view>& tokens) const override;

 private:
  std::string prefix_;
  bool cleanup_;
};

// Tokens with spaces between them: where the file names no decoder.
class SpaceDecoder final : public Decoder {
 public:
  std::string decode(const std::vector<std::string_view>& tokens) const override;
};

}  // namespace nlp::tokenizer
