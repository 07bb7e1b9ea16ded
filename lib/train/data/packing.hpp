// Text as token sequences of a bounded length.
// Source: Liu et al. 2019 (RoBERTa), arXiv:1907.11692, section 4.1, DOC-SENTENCES: sequences are
// filled with consecutive text and do not cross the border of a document.  There a short sequence
// is evened out by larger batches, as with batches counted in tokens here; one that is less than
// half full goes on in the next document as in FULL-SENTENCES, without a token between.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/tokenizer.hpp"

namespace nlp::train {

// Sequences one behind the other, without the template's tokens.
struct Sequences {
  std::vector<std::int32_t> ids;
  std::vector<std::uint8_t> starts;  // [ids]: 1 where a word begins
  std::vector<std::size_t> ends;     // [sequences]: sequence k is the ids [ends[k - 1], ends[k])
  std::uint64_t repaired = 0;        // U+FFFD put in place of what was not UTF-8

  std::size_t count() const { return ends.size(); }
  std::size_t begin(std::size_t sequence) const { return sequence == 0 ? 0 : ends[sequence - 1]; }
};

struct PackingOptions {
  std::size_t most = 126;     // tokens of a sequence
  bool line_by_line = false;  // a line is a sequence, or several
};

class Packer {
 public:
  // The tokenizer must outlive it.  Throws Error{usage} where no token fits into a sequence.
  Packer(const tokenizer::Tokenizer& tokenizer, const PackingOptions& options);

  // The sequences of a text.  From any thread; workspace: of the tokenizer.
  //   Lines are joined by a space.  Lines of nothing but white space are borders of documents.
  //   A line that does not fit begins the next sequence if this one is three quarters full, else it
  //   is divided between words; a word longer than a sequence is divided where it must be.
  //   Special tokens written in the text are text.  Nothing is left out but white space.
  Sequences operator()(std::string text, tokenizer::Tokenizer::Workspace& workspace) const;

 private:
  void add(std::string_view line, tokenizer::Tokenizer::Workspace& workspace, std::string& spaced,
           Sequences& dst) const;
  void forbid(std::size_t from, Sequences& dst) const;

  const tokenizer::Tokenizer& tokenizer_;
  PackingOptions options_;
  std::vector<std::uint8_t> forbidden_;  // [V]: ids that text must not become
  std::int32_t unknown_id_;              // -1: there is none
};

}  // namespace nlp::train
