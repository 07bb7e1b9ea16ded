// The stage that changes the text before it is split.
#pragma once
#include <memory>
#include <optional>

#include "text/aligned_text.hpp"

namespace nlp::tokenizer {

class Normalizer {
 public:
  virtual ~Normalizer() = default;
  // Changes the text in place; its alignment follows.  Safe from several threads.
  virtual void normalize(text::AlignedText& text) const = 0;
};

// clean_text, spaces around Chinese characters, accents, lowercase, in this order.
// Source: `BertNormalizer` of Hugging Face tokenizers.
struct BertNormalizerOptions {
  bool clean_text = true;
  bool handle_chinese_chars = true;
  std::optional<bool> strip_accents;  // absent: as lowercase
  bool lowercase = true;
};

class BertNormalizer final : public Normalizer {
 public:
  explicit BertNormalizer(const BertNormalizerOptions& options) : options_(options) {}
  void normalize(text::AlignedText& text) const override;

 private:
  bool normalize_ascii(text::AlignedText& text) const;

  BertNormalizerOptions options_;
};

}  // namespace nlp::tokenizer
