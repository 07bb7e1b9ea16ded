// Text files as an endless stream of sequences to learn from.
// Memory: two pools of text and their tokens, whatever the size of the files.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "tokenizer/tokenizer.hpp"
#include "train/data/example.hpp"
#include "train/data/packing.hpp"
#include "train/data/pools.hpp"

namespace nlp::train {

struct CorpusOptions {
  std::vector<std::filesystem::path> files;  // see text_files()
  std::size_t max_tokens = 128;              // of a sequence, those of the template included
  std::uint64_t seed = 0;                    // of the order
  int threads = 1;                           // that may read and tokenise; change no sequence
  bool shuffle = true;                       // else the order of the files and their lines
  bool line_by_line = false;                 // a line is a sequence, or several
  std::uint64_t epochs = 0;                  // next() ends after so many; 0: never
  std::uint64_t pool_bytes = 16 << 20;       // of text that is shuffled together
  std::uint64_t chunk_bytes = 128 << 10;     // of text that stays together; see Chunks
};

class Corpus {
 public:
  // The tokenizer must outlive it.
  // Throws Error{data} for a file that cannot be read, and where there is no text at all;
  // Error{usage} where max_tokens leaves no room beside the template.
  Corpus(const tokenizer::Tokenizer& tokenizer, const CorpusOptions& options);
  Corpus(const Corpus&) = delete;
  Corpus& operator=(const Corpus&) = delete;

  // The next sequence with its template, packed as Packer says; labels and scores are empty. Chunks
  // of text come in an order drawn by (seed, epoch), the sequences of a pool of them in one drawn
  // by (seed, epoch, pool).  False after the last epoch. Throws Error{data} where a file cannot be
  // read any more or has changed its size.
  bool next(Example& dst);

  // The place behind the last sequence; plain numbers, to be kept with a checkpoint.
  struct Position {
    std::uint64_t epoch = 0;
    std::uint64_t pool = 0;   // of the epoch
    std::uint64_t index = 0;  // sequences of the pool that were given
    std::uint64_t bytes = 0;  // of all files, by which others are told
    bool operator==(const Position&) const = default;
  };
  Position position() const;
  // Goes on as if the sequences up to there had been given: the next ones are the same, bit for
  // bit, if files, tokenizer and options are (but for threads). Throws Error{data} where the
  // position is of other texts.
  void seek(const Position& position);

  std::uint64_t epoch() const { return position().epoch; }  // of the last sequence
  double progress() const;                                  // share of that epoch that was given
  std::uint64_t bytes() const { return chunks_.bytes(); }   // of all files
  // U+FFFD put in place of what was not UTF-8, in what was read of the first epoch.
  std::uint64_t repaired() const { return repaired_; }

  // What an epoch holds: counted where the texts are small, else estimated by some parts of them.
  // The same at each call.  Takes a moment.
  struct Size {
    std::uint64_t sequences = 0;
    std::uint64_t tokens = 0;  // those of the template included
  };
  Size size() const;
  // [V]: the share that each token has in an epoch's text, counted in the same parts.
  std::vector<double> token_shares() const;

 private:
  std::unique_ptr<Pool> sample() const;
  std::unique_ptr<Pool> start(Plan plan) const;
  void take(std::unique_ptr<Pool> pool);
  bool is_over(std::uint64_t epoch) const {
    return options_.epochs != 0 && epoch >= options_.epochs;
  }

  struct Place {
    std::uint32_t chunk, sequence;
  };

  const tokenizer::Tokenizer& tokenizer_;
  CorpusOptions options_;
  Chunks chunks_;
  Packer packer_;
  Schedule schedule_;
  Plan following_;  // of the pool behind pool_
  std::unique_ptr<Pool> pool_, ahead_;
  std::vector<Place> order_;  // of the sequences of pool_
  std::size_t index_ = 0;
  std::uint64_t empty_bytes_ = 0;  // of pools without a sequence, one after the other
  std::uint64_t repaired_ = 0;
};

}  // namespace nlp::train
