#include "train/tokenizer/merges.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <queue>
#include <unordered_map>

#include "base/error.hpp"
#include "text/utf8.hpp"
#include "train/tokenizer/pair_table.hpp"

namespace nlp::train {
namespace {

// A pair on its way to being merged.  One pair may be queued several times, for words of different
// times; what it counts is brought up to date when it comes first.
struct Queued {
  std::int64_t count;
  std::int32_t first, second;
  std::uint32_t pair;   // its place in the table
  std::uint32_t words;  // its list
  bool operator<(const Queued& other) const {
    if (count != other.count) return count < other.count;
    return std::pair(first, second) > std::pair(other.first, other.second);
  }
};

class MergeTrainer {
 public:
  MergeTrainer(std::span<const WordCount> words, const MergeOptions& options) : options_(options) {
    for (const std::string& token : options.special) id_of(token);
    for (const char32_t point : options.alphabet) {
      std::string token;
      text::append(token, point);
      id_of(token);
    }
    add_words(words);
    if (result_.tokens.size() > options.vocab)
      throw Error(Kind::usage,
                  fmt::format("a vocabulary of {}: too small (expected at least {}, the special "
                              "tokens and the characters); raise it, or limit the alphabet",
                              options.vocab, result_.tokens.size()));
  }

  MergedVocabulary run() {
    count_pairs();
    while (result_.tokens.size() < options_.vocab && !queue_.empty()) {
      Queued top = queue_.top();
      queue_.pop();
      const std::int64_t count = pairs_[top.pair].count;
      if (top.count != count) {
        top.count = count;
        queue_.push(top);
        continue;
      }
      if (count < 1 || static_cast<std::uint64_t>(count) < options_.min_frequency) break;
      merge(top);
    }
    drop_repeated();
    return std::move(result_);
  }

 private:
  std::int32_t id_of(const std::string& token) {
    const auto [known, is_new] =
        ids_.emplace(token, static_cast<std::int32_t>(result_.tokens.size()));
    if (is_new) result_.tokens.push_back(token);
    return known->second;
  }

  // The words as ids.  Prefixed characters get theirs first, so that they are in order.
  void add_words(std::span<const WordCount> words) {
    std::unordered_map<char32_t, std::int32_t> first, next;
    for (const char32_t point : options_.alphabet) {
      std::string token;
      text::append(token, point);
      first.emplace(point, ids_.at(token));
    }
    std::vector<char32_t> continuing;
    for (const WordCount& word : words)
      for (std::size_t at = 0; at < word.word.size();) {
        const bool starts = at == 0;
        const char32_t point = text::decode(word.word, at);
        if (!starts && first.contains(point) && next.emplace(point, -1).second)
          continuing.push_back(point);
      }
    std::ranges::sort(continuing);
    for (const char32_t point : continuing) {
      std::string token = options_.continuing_prefix;
      text::append(token, point);
      next[point] = id_of(token);
    }
    for (const WordCount& word : words) {
      for (std::size_t at = 0; at < word.word.size();) {
        const auto& ids = at == 0 ? first : next;
        const auto known = ids.find(text::decode(word.word, at));
        if (known != ids.end()) symbols_.push_back(known->second);
      }
      const std::size_t start = words_.empty() ? 0 : words_.back().end;
      words_.push_back({start, symbols_.size(), static_cast<std::int64_t>(word.count)});
    }
  }

  void count_pairs() {
    for (std::uint32_t w = 0; w < words_.size(); ++w)
      for (std::size_t k = words_[w].start + 1; k < words_[w].end; ++k)
        change(symbols_[k - 1], symbols_[k], 1, w);
    queue_changed();
  }

  void change(std::int32_t first, std::int32_t second, int by, std::uint32_t word) {
    const std::uint32_t place = pairs_.place(first, second);
    PairTable::Pair& pair = pairs_[place];
    pair.count += by * words_[word].count;
    if (by < 0) return;
    if (pair.words.empty()) changed_.push_back(place);
    if (pair.words.empty() || pair.words.back() != word) pair.words.push_back(word);
  }

  void queue_changed() {
    for (const std::uint32_t place : changed_) {
      PairTable::Pair& pair = pairs_[place];
      if (pair.count > 0) {
        queue_.push({pair.count, pair.first, pair.second, place, keep(std::move(pair.words))});
      }
      pair.words = {};
    }
    changed_.clear();
  }

  std::uint32_t keep(std::vector<std::uint32_t> words) {
    if (free_.empty()) {
      lists_.push_back(std::move(words));
      return static_cast<std::uint32_t>(lists_.size() - 1);
    }
    const std::uint32_t list = free_.back();
    free_.pop_back();
    lists_[list] = std::move(words);
    return list;
  }

  void merge(const Queued& top) {
    std::string_view rest = result_.tokens[static_cast<std::size_t>(top.second)];
    if (rest.starts_with(options_.continuing_prefix))
      rest.remove_prefix(options_.continuing_prefix.size());
    const std::int32_t id =
        id_of(result_.tokens[static_cast<std::size_t>(top.first)] + std::string(rest));
    result_.merges.emplace_back(top.first, top.second);
    const std::vector<std::uint32_t> words = std::move(lists_[top.words]);
    free_.push_back(top.words);
    for (const std::uint32_t word : words) merge(word, top.first, top.second, id);
    queue_changed();
  }

  // From left to right, in place.  The pair itself keeps its count, as in the reference.
  void merge(std::uint32_t w, std::int32_t first, std::int32_t second, std::int32_t id) {
    Word& word = words_[w];
    std::size_t size = word.start;  // behind what is done
    for (std::size_t k = word.start; k < word.end; ++k) {
      if (symbols_[k] != first || k + 1 == word.end || symbols_[k + 1] != second) {
        symbols_[size++] = symbols_[k];
        continue;
      }
      if (size > word.start) {
        change(symbols_[size - 1], first, -1, w);
        change(symbols_[size - 1], id, 1, w);
      }
      if (k + 2 < word.end) {
        change(second, symbols_[k + 2], -1, w);
        change(id, symbols_[k + 2], 1, w);
      }
      symbols_[size++] = id;
      ++k;
    }
    word.end = size;
  }

  // A pair merged twice is written once, where the reference's map of ranks has it.
  void drop_repeated() {
    PairTable last;
    auto& merges = result_.merges;
    for (std::size_t k = 0; k < merges.size(); ++k)
      last[last.place(merges[k].first, merges[k].second)].count = static_cast<std::int64_t>(k);
    std::size_t size = 0;
    for (std::size_t k = 0; k < merges.size(); ++k)
      if (last[last.place(merges[k].first, merges[k].second)].count == static_cast<std::int64_t>(k))
        merges[size++] = merges[k];
    merges.resize(size);
  }

  struct Word {
    std::size_t start, end;  // its ids in symbols_
    std::int64_t count;
  };

  const MergeOptions& options_;
  MergedVocabulary result_;
  std::unordered_map<std::string, std::int32_t> ids_;
  std::vector<std::int32_t> symbols_;
  std::vector<Word> words_;
  PairTable pairs_;
  std::vector<std::uint32_t> changed_;  // pairs with words that are not queued
  std::priority_queue<Queued> queue_;
  std::vector<std::vector<std::uint32_t>> lists_;
  std::vector<std::uint32_t> free_;  // lists that are
};

}  // namespace

MergedVocabulary train_merges(std::span<const WordCount> words, const MergeOptions& options) {
  return MergeTrainer(words, options).run();
}

}  // namespace nlp::train
