// Sets of sentences whose words have tags: for named entities.
// CoNLL columns, set apart by tabs or spaces: the word first, its tag last; an empty line ends a
// sentence; -DOCSTART- lines and comments of CoNLL-U (`# key = value`) are passed over.
// Tags: `O`, or a place, a hyphen and a kind, `B-PER`.  The places of BIO1 (IOB), BIO2, BIOES
// (IOBES) and BILOU are understood side by side: an entity opens with B, S, U, and wherever none of
// its kind is open; it closes behind E, L, S, U.  A tag without place (`PER`) is `I-PER`.
// Legend: W words of a sentence, T tokens, C labels.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tokenizer/tokenizer.hpp"
#include "train/data/encode.hpp"
#include "train/data/labels.hpp"
#include "train/data/place.hpp"
#include "train/data/set_file.hpp"

namespace nlp::train {

struct TagSpec {
  Renamed renamed;  // kinds of entities: {"geo", "LOC"}; renamed to `O` they are outside
  // Kinds that nobody marked in these files, or not everywhere: nothing is learnt of them here, and
  // the words that are marked so all the same are ignored.  Named as after renaming.
  std::vector<std::string> unlabelled;
  std::uint64_t max_line = kMaxLine;
};

// A word's tag in BIO2.
struct WordTag {
  static constexpr std::int32_t kOutside = -1;
  static constexpr std::int32_t kUnlabelled = -2;  // part of an entity that is ignored
  std::int32_t kind = kOutside;                    // of TagSet::kinds
  bool begins = false;                             // B-; else I-

  bool operator==(const WordTag&) const = default;
};

struct TaggedSentence {
  std::string text;               // the words with a space between; valid UTF-8
  std::vector<text::Span> words;  // [W] bytes of text
  std::vector<WordTag> tags;      // [W]
  Place place;
};

struct TagSet {
  std::vector<std::string> files;
  std::vector<std::string> kinds;       // in the order of their first word
  std::vector<std::string> unlabelled;  // as in the spec
  std::vector<TaggedSentence> sentences;
  std::uint64_t repaired = 0;  // U+FFFD put in place of what was not UTF-8

  // Of a new model: `O`, then `B-` and `I-` of each kind, sorted; `unlabelled` ones, too, since
  // other files may have them.
  std::vector<std::string> labels() const;
};

// Reads files one behind the other; `-` is stdin.  Throws Error{data} `FILE:LINE: what; what to
// do`: a line without word or tag, a file without sentences.
TagSet read_tagged(const std::vector<std::string>& files, const TagSpec& spec);

struct TagExampleOptions : EncodeOptions {
  bool all_tokens = false;  // all tokens of a word have its label, not only the first
};

// Sentences as examples, longer ones in windows of which each token is taught in the one where it
// has most context.  Words become tokens as `nlp ner` does it, and the label stands on the token
// whose scores it reads: the first of each word.  Labels are those of a checkpoint, in any of the
// schemes above: where it has no `B-PER`, `I-PER` or `PER` stands for it; where it has `E-PER` and
// `S-PER` (or L and U), the last and the only word of an entity get them.
// Throws Error{data} `FILE:LINE: …` for a kind that `labels` do not have, Error{usage} where
// an `unlabelled` one is none of them.
std::vector<Example> tag_examples(const TagSet& set, const std::vector<std::string>& labels,
                                  const tokenizer::Tokenizer& tokenizer,
                                  const TagExampleOptions& options);

}  // namespace nlp::train
