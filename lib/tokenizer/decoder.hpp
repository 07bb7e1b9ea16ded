// The stage that makes text of tokens again: steps that change a list of strings, which are then
// one text.  Source: the decoders of these names of Hugging Face tokenizers.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizer/pattern.hpp"

namespace nlp::tokenizer {

class Decoder {
 public:
  virtual ~Decoder() = default;
  // Changes the tokens; in the end the text is all of them without anything between.
  virtual void apply(std::vector<std::string>& tokens) const = 0;
};

// Tokens with spaces between them, but for those that continue a word; with `cleanup`, spaces
// before punctuation and English contractions go too.
class WordPieceDecoder final : public Decoder {
 public:
  WordPieceDecoder(std::string prefix, bool cleanup)
      : prefix_(std::move(prefix)), cleanup_(cleanup) {}
  void apply(std::vector<std::string>& tokens) const override;

 private:
  std::string prefix_;
  bool cleanup_;
};

// Tokens with spaces between them: where the file names no decoder.
class SpaceDecoder final : public Decoder {
 public:
  void apply(std::vector<std::string>& tokens) const override;
};

// One after the other.
class DecoderSequence final : public Decoder {
 public:
  explicit DecoderSequence(std::vector<std::unique_ptr<Decoder>> parts)
      : parts_(std::move(parts)) {}
  void apply(std::vector<std::string>& tokens) const override;

 private:
  std::vector<std::unique_ptr<Decoder>> parts_;
};

// The replacement character becomes a space; in the first token it goes, if `prepends`.
class MetaspaceDecoder final : public Decoder {
 public:
  MetaspaceDecoder(std::string replacement, bool prepends)
      : replacement_(std::move(replacement)), prepends_(prepends) {}
  void apply(std::vector<std::string>& tokens) const override;

 private:
  std::string replacement_;
  bool prepends_;
};

// The suffix that ends words becomes a space, at the end of the text nothing.
class BpeDecoder final : public Decoder {
 public:
  explicit BpeDecoder(std::string suffix) : suffix_(std::move(suffix)) {}
  void apply(std::vector<std::string>& tokens) const override;

 private:
  std::string suffix_;
};

// Runs of tokens `<0xNN>` become the text of these bytes; where they are none, one U+FFFD each.
class ByteFallbackDecoder final : public Decoder {
 public:
  void apply(std::vector<std::string>& tokens) const override;
};

// All tokens become one.
class FuseDecoder final : public Decoder {
 public:
  void apply(std::vector<std::string>& tokens) const override;
};

// Takes up to `start` characters `content` from the start of each token, up to `stop` from its end.
class StripDecoder final : public Decoder {
 public:
  StripDecoder(std::string content, std::size_t start, std::size_t stop)
      : content_(std::move(content)), start_(start), stop_(stop) {}
  void apply(std::vector<std::string>& tokens) const override;

 private:
  std::string content_;
  std::size_t start_, stop_;
};

class ReplaceDecoder final : public Decoder {
 public:
  ReplaceDecoder(PatternPtr pattern, std::string text)
      : pattern_(std::move(pattern)), text_(std::move(text)) {}
  void apply(std::vector<std::string>& tokens) const override;

 private:
  PatternPtr pattern_;
  std::string text_;
};

// Connectionist temporal classification: repeated tokens are one, padding goes.
class CtcDecoder final : public Decoder {
 public:
  CtcDecoder(std::string pad, std::string delimiter, bool cleanup)
      : pad_(std::move(pad)), delimiter_(std::move(delimiter)), cleanup_(cleanup) {}
  void apply(std::vector<std::string>& tokens) const override;

 private:
  std::string pad_, delimiter_;
  bool cleanup_;
};

}  // namespace nlp::tokenizer
