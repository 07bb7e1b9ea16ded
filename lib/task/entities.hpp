// From scores of tokens to entities of a text.
// Legend: T tokens of the text (template tokens left out), C labels.
// Source: TokenClassificationPipeline of Hugging Face transformers 5.23 for `none`, `simple`,
// `first`, `average` and `max`, which are matched exactly; `word` is our own.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/span.hpp"

namespace nlp::task {

enum class Aggregate {
  none,     // every token by itself
  simple,   // neighbouring tokens of one label
  first,    // words by the reference's rule; a word has the scores of its first token,
  average,  //   … the mean of its tokens' scores,
  max,      //   … or those of the token whose best score is highest
  word,     // words by word id, scores of the first token, BIO and BIOES labels repaired
};

struct Entity {
  std::string label;  // without `B-`, `I-`, …
  double score = 0;   // `none`: the label's probability; else the mean over tokens or words
  text::Span span;    // bytes of the text
  bool operator==(const Entity&) const = default;
};

// The tokens of one text with the probabilities of their labels.
struct ScoredTokens {
  std::vector<text::Span> offsets;     // [T] bytes
  std::vector<std::int32_t> words;     // [T] neighbours with one number are one word
  std::vector<std::uint8_t> subwords;  // [T] 1 where the reference takes a token for part of a word
  std::vector<double> scores;          // [T*C] probabilities
};

// What the labels of a checkpoint mean.  `B-`, `I-` and, where the set has a `B-`, `E-`, `S-`,
// `L-`, `U-` tell the place in an entity; a label without prefix continues an entity of its kind.
class LabelScheme {
 public:
  struct Tag {
    char place = 'I';   // B, I, E, S, L, U, or O outside of entities (`O`, `B-O`, …)
    std::string kind;   // `PER`
    std::string label;  // as the checkpoint names it
  };

  explicit LabelScheme(const std::vector<std::string>& labels);
  const Tag& operator[](std::size_t label) const { return tags_[label]; }
  std::size_t size() const { return tags_.size(); }

 private:
  std::vector<Tag> tags_;  // [C]
};

// Entities in text order, never empty ones, label `O` left out.
std::vector<Entity> aggregate(const ScoredTokens& tokens, const LabelScheme& labels,
                              Aggregate strategy);

// The reference's guess at which tokens continue a word.  `prefixed`: the tokenizer's model marks
// them (WordPiece's `##`), then a token continues a word if it is longer or shorter than its text;
// otherwise if no space stands before it.  `unknown` [T] is 1 for the unknown token, which never
// does.
std::vector<std::uint8_t> reference_subwords(std::string_view text,
                                             std::span<const text::Span> offsets,
                                             std::span<const std::string> surfaces,
                                             std::span<const std::uint8_t> unknown, bool prefixed);

// Words as people count them: word ids of the pre-tokenizer, but tokens of nothing but punctuation
// stand alone (Metaspace leaves `Ulm,` whole).  offsets, words [T]; returns [T], counted from 0.
std::vector<std::int32_t> split_punctuation(std::string_view text,
                                            std::span<const text::Span> offsets,
                                            std::span<const std::int32_t> words);

// Of words that are given, as ascending bytes: the one that each token begins in, or begins behind;
// -1 before the first.  offsets [T], without white space at their ends; returns [T].
std::vector<std::int32_t> columns_of(std::span<const text::Span> offsets,
                                     std::span<const text::Span> columns);

// The bytes each word covers; tokens without text (a lone `▁`) are passed over.
std::vector<text::Span> word_spans(std::span<const text::Span> offsets,
                                   std::span<const std::int32_t> words);

// A line of CoNLL: a word and its tag `O`, `B-PER`, `I-PER`.
struct TaggedWord {
  text::Span span;
  std::string tag;
  bool operator==(const TaggedWord&) const = default;
};

// Tags words, both in text order.  An entity opens with `B-` at the first word it touches.  With
// `split`, a word that an entity's border cuts becomes several; without, it keeps the first entity.
std::vector<TaggedWord> tag_words(std::span<const text::Span> words,
                                  std::span<const Entity> entities, bool split);

}  // namespace nlp::task
