// The normalizers beside BertNormalizer.  Source: the types of these names of Hugging Face
// tokenizers; what becomes of the origins is theirs, too.
#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "text/unicode.hpp"
#include "tokenizer/normalizer.hpp"
#include "tokenizer/pattern.hpp"

namespace nlp::tokenizer {

// One after the other.
class NormalizerSequence final : public Normalizer {
 public:
  explicit NormalizerSequence(std::vector<std::unique_ptr<Normalizer>> parts)
      : parts_(std::move(parts)) {}
  void normalize(text::AlignedText& text) const override;

 private:
  std::vector<std::unique_ptr<Normalizer>> parts_;
};

// Takes white space away at the start, the end, or both.
class Strip final : public Normalizer {
 public:
  Strip(bool left, bool right) : left_(left), right_(right) {}
  void normalize(text::AlignedText& text) const override;

 private:
  bool left_, right_;
};

// Drops combining marks (M*), as they stand.
class StripAccents final : public Normalizer {
 public:
  void normalize(text::AlignedText& text) const override;
};

// NFC, NFD, NFKC, NFKD.
class UnicodeForm final : public Normalizer {
 public:
  explicit UnicodeForm(text::NormalForm form) : form_(form) {}
  void normalize(text::AlignedText& text) const override;

 private:
  text::NormalForm form_;
};

class Lowercase final : public Normalizer {
 public:
  void normalize(text::AlignedText& text) const override;
};

// Drops control characters and makes spaces of some others, as SentencePiece's nmt rules do.
class Nmt final : public Normalizer {
 public:
  void normalize(text::AlignedText& text) const override;
};

// Puts a string before a text that is not empty.
class Prepend final : public Normalizer {
 public:
  explicit Prepend(std::string text) : text_(std::move(text)) {}
  void normalize(text::AlignedText& text) const override;

 private:
  std::string text_;
};

// Puts a string in place of each match.
class Replace final : public Normalizer {
 public:
  Replace(PatternPtr pattern, std::string text)
      : pattern_(std::move(pattern)), text_(std::move(text)) {}
  void normalize(text::AlignedText& text) const override;

 private:
  PatternPtr pattern_;
  std::string text_;
};

// Puts `text` in place of each match of `pattern`; it has the origin of the match's last byte.
void replace(text::AlignedText& aligned, const Pattern& pattern, std::string_view text);

// Each byte becomes the printable character that byte-level vocabularies have for it.
class ByteLevelNormalizer final : public Normalizer {
 public:
  void normalize(text::AlignedText& text) const override;
};

}  // namespace nlp::tokenizer
