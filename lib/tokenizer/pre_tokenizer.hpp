// The stage that splits normalised text into words.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "text/aligned_text.hpp"
#include "text/span.hpp"

namespace nlp::tokenizer {

// The words of a text while it is split: bytes of it, in order, none empty.
struct Words {
  text::AlignedText text;
  std::vector<text::Span> spans;
  std::vector<text::Span> spare;

  // The whole text is one word.
  void restart() {
    spans.clear();
    if (text.size() > 0) spans.push_back({0, static_cast<std::uint32_t>(text.size())});
  }

  std::string_view view(text::Span word) const {
    return text.view().substr(word.start, word.size());
  }

  // split(word, dst) adds to dst the words that take the place of `word`.
  template <class Split>
  void each(Split split) {
    spare.clear();
    for (const text::Span word : spans) split(word, spare);
    std::swap(spans, spare);
  }

  // Puts `prefix` before each word for which `holds(text of the word, its start)`; it has the
  // origin of the word's first character.
  template <class Holds>
  void prepend(std::string_view prefix, Holds holds) {
    const std::string_view before = text.view();
    text::Rewriter rewriter(text);
    for (text::Span& word : spans) {
      const auto start = static_cast<std::uint32_t>(rewriter.size());
      if (holds(before.substr(word.start, word.size()), word.start))
        rewriter.put(prefix, word.start);
      rewriter.keep(word.start, word.end);
      word = {start, static_cast<std::uint32_t>(rewriter.size())};
    }
    rewriter.finish();
  }
};

class PreTokenizer {
 public:
  virtual ~PreTokenizer() = default;
  // Splits each word into words, and may change the text: what lies between words may then go.
  // Safe from several threads.
  virtual void split(Words& words) const = 0;
  // Whether it must know where the text came from to know what to do.
  virtual bool needs_origin() const { return false; }
};

// Words between white space; punctuation characters are words of their own.
// Source: `BertPreTokenizer` of Hugging Face tokenizers.
class BertPreTokenizer final : public PreTokenizer {
 public:
  void split(Words& words) const override;
};

}  // namespace nlp::tokenizer
