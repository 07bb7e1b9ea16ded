// The pre-tokenizers beside BertPreTokenizer and ByteLevel.
// Source: the types of these names of Hugging Face tokenizers.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tokenizer/pattern.hpp"
#include "tokenizer/pre_tokenizer.hpp"

namespace nlp::tokenizer {

// One after the other.
class PreTokenizerSequence final : public PreTokenizer {
 public:
  explicit PreTokenizerSequence(std::vector<std::unique_ptr<PreTokenizer>> parts)
      : parts_(std::move(parts)) {}
  void split(Words& words) const override;
  bool needs_origin() const override;

 private:
  std::vector<std::unique_ptr<PreTokenizer>> parts_;
};

// Splits at the matches of a pattern: Split, CharDelimiterSplit, Whitespace, WhitespaceSplit,
// Punctuation and Digits.
class PatternSplit final : public PreTokenizer {
 public:
  PatternSplit(PatternPtr pattern, Behavior behavior, bool invert)
      : pattern_(std::move(pattern)), behavior_(behavior), invert_(invert) {}
  void split(Words& words) const override;

 private:
  PatternPtr pattern_;
  Behavior behavior_;
  bool invert_;
};

// Spaces become `replacement`; one is put before a word that has none: always, never, or only
// before the word that starts the text.  Then, with `splits`, each word starts with its
// replacement.
struct MetaspaceOptions {
  enum class Prepend : std::uint8_t { always, first, never };
  std::string replacement = "\u2581";
  Prepend prepend = Prepend::always;
  bool splits = true;
};

class Metaspace final : public PreTokenizer {
 public:
  explicit Metaspace(const MetaspaceOptions& options) : options_(options) {}
  void split(Words& words) const override;
  bool needs_origin() const override {
    return options_.prepend == MetaspaceOptions::Prepend::first;
  }

 private:
  MetaspaceOptions options_;
};

// A word ends where the script changes.
class UnicodeScripts final : public PreTokenizer {
 public:
  void split(Words& words) const override;
};

// Words of `length` code points; the last may be shorter.
class FixedLength final : public PreTokenizer {
 public:
  explicit FixedLength(std::size_t length) : length_(length) {}
  void split(Words& words) const override;

 private:
  std::size_t length_;
};

}  // namespace nlp::tokenizer
