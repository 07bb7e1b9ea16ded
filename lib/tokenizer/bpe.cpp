#include "tokenizer/bpe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <queue>

#include "base/error.hpp"
#include "text/utf8.hpp"

namespace nlp::tokenizer {
namespace {

// Characters that are looked at all at once.
constexpr std::size_t kFew = 64;

// The whole characters that a token has a part of: a token may be a byte of one.
text::Span widened(text::Span span, std::string_view word) {
  span.start = std::min(span.start, static_cast<std::uint32_t>(word.size()) - 1);
  span.end = std::max(span.end, span.start + 1);
  while (!text::starts_code_point(word[span.start])) --span.start;
  while (span.end < word.size() && !text::starts_code_point(word[span.end])) ++span.end;
  return span;
}

}  // namespace

// The characters of a word; those of most words fit without an allocation.
class Bpe::Symbols {
 public:
  void add(std::int32_t id, std::uint32_t bytes) {
    end_ += bytes;
    if (count_ == few_.size() && many_.empty()) many_.assign(few_.begin(), few_.end());
    if (count_ < few_.size())
      few_[count_] = {id, end_};
    else
      many_.push_back({id, end_});
    ++count_;
  }
  Symbol* data() { return many_.empty() ? few_.data() : many_.data(); }
  std::uint32_t size() const { return count_; }

 private:
  std::array<Symbol, kFew> few_;
  std::vector<Symbol> many_;
  std::uint32_t count_ = 0, end_ = 0;
};

Bpe::Bpe(const Vocabulary& vocabulary, Merges merges, BpeOptions options)
    : vocabulary_(vocabulary),
      merges_(std::move(merges)),
      options_(std::move(options)),
      plain_(options_.continuing_prefix.empty() && options_.end_of_word_suffix.empty()) {
  if (options_.unknown_token) unknown_ = vocabulary.find(*options_.unknown_token);
  for (std::size_t byte = 0; byte < bytes_.size(); ++byte)
    bytes_[byte] = vocabulary.find(fmt::format("<0x{:02X}>", byte));
  for (char32_t point = 0; point < characters_.size(); ++point) {
    std::string character;
    text::append(character, point);
    characters_[point] = vocabulary.find(character);
  }
}

std::int32_t Bpe::find_character(std::string_view character, bool first, bool last,
                                 std::string& scratch) const {
  if (plain_) {
    std::size_t at = 0;
    const char32_t point = text::decode(character, at);
    return point < characters_.size() ? characters_[point] : vocabulary_.find(character);
  }
  scratch.clear();
  if (!first) scratch += options_.continuing_prefix;
  scratch += character;
  if (last) scratch += options_.end_of_word_suffix;
  return vocabulary_.find(scratch);
}

bool Bpe::add_bytes(std::string_view character, std::uint32_t bytes, Symbols& symbols) const {
  const auto token = [&](char byte) { return bytes_[static_cast<unsigned char>(byte)]; };
  if (!std::ranges::all_of(character, [&](char byte) { return token(byte) >= 0; })) return false;
  // A prefix or suffix has bytes, too, which are none of the word.
  for (const char byte : character) {
    const std::uint32_t own = std::min(bytes, 1u);
    symbols.add(token(byte), own);
    bytes -= own;
  }
  return true;
}

void Bpe::split(std::string_view word, Symbols& symbols) const {
  std::string decorated;
  std::uint32_t unknown = 0;  // bytes that wait for an unknown token
  const auto add_unknown = [&] {
    if (unknown > 0) symbols.add(unknown_, unknown);
    unknown = 0;
  };
  for (std::size_t at = 0; at < word.size();) {
    const std::size_t from = at;
    text::decode(word, at);
    const std::string_view character = word.substr(from, at - from);
    const auto bytes = static_cast<std::uint32_t>(character.size());
    const std::int32_t id = find_character(character, from == 0, at == word.size(), decorated);
    if (id >= 0) {
      add_unknown();
      symbols.add(id, bytes);
      continue;
    }
    if (options_.byte_fallback && add_bytes(plain_ ? character : decorated, bytes, symbols))
      continue;
    if (!options_.unknown_token) continue;
    if (unknown_ < 0)
      throw Error(Kind::model,
                  fmt::format("the tokenizer's vocabulary has neither \"{}\" nor its own unknown "
                              "token \"{}\"",
                              character, *options_.unknown_token));
    if (!options_.fuse_unknown) add_unknown();
    unknown += bytes;
  }
  add_unknown();
}

// Looks at all pairs for each merge: the quickest way for the words of a language.
std::uint32_t Bpe::merge_few(Symbol* symbols, std::uint32_t count) const {
  std::array<Merges::Merge, kFew> merges;
  for (std::uint32_t k = 0; k + 1 < count; ++k)
    merges[k] = merges_.find(symbols[k].id, symbols[k + 1].id);
  while (count > 1) {
    std::uint32_t best = 0;
    for (std::uint32_t k = 1; k + 1 < count; ++k)
      if (merges[k].rank < merges[best].rank) best = k;
    if (merges[best].rank == Merges::kNone) break;
    symbols[best] = {merges[best].id, symbols[best + 1].end};
    --count;
    for (std::uint32_t k = best + 1; k < count; ++k) {
      symbols[k] = symbols[k + 1];
      merges[k] = merges[k + 1];
    }
    if (best > 0) merges[best - 1] = merges_.find(symbols[best - 1].id, symbols[best].id);
    if (best + 1 < count) merges[best] = merges_.find(symbols[best].id, symbols[best + 1].id);
  }
  return count;
}

// A queue of pairs.  Pairs whose tokens have changed since are known by the token they would make,
// as in the reference.
std::uint32_t Bpe::merge_many(Symbol* symbols, std::uint32_t count) const {
  struct Candidate {
    std::uint32_t rank, at;
    std::int32_t id;
    bool operator<(const Candidate& other) const {
      return rank != other.rank ? rank > other.rank : at > other.at;
    }
  };
  constexpr std::int32_t kGone = -1;
  std::vector<std::uint32_t> next(count), before(count);
  for (std::uint32_t k = 0; k < count; ++k) {
    next[k] = k + 1;
    before[k] = k - 1;
  }
  std::vector<Candidate> first;
  const auto candidate = [&](std::uint32_t at) -> Candidate {
    const Merges::Merge merge = merges_.find(symbols[at].id, symbols[next[at]].id);
    return {merge.rank, at, merge.id};
  };
  for (std::uint32_t k = 0; k + 1 < count; ++k)
    if (const Candidate pair = candidate(k); pair.id >= 0) first.push_back(pair);
  std::priority_queue<Candidate> queue({}, std::move(first));
  while (!queue.empty()) {
    const Candidate top = queue.top();
    queue.pop();
    const std::uint32_t at = top.at;
    if (symbols[at].id == kGone || next[at] == count || candidate(at).id != top.id) continue;
    const std::uint32_t right = next[at];
    symbols[at] = {top.id, symbols[right].end};
    symbols[right].id = kGone;
    next[at] = next[right];
    if (next[at] < count) before[next[at]] = at;
    if (at > 0)
      if (const Candidate pair = candidate(before[at]); pair.id >= 0) queue.push(pair);
    if (next[at] < count)
      if (const Candidate pair = candidate(at); pair.id >= 0) queue.push(pair);
  }
  return static_cast<std::uint32_t>(
      std::remove_if(symbols, symbols + count, [](const Symbol& s) { return s.id == kGone; }) -
      symbols);
}

void Bpe::tokenize(std::string_view word, std::vector<Piece>& dst) const {
  const auto size = static_cast<std::uint32_t>(word.size());
  if (options_.ignore_merges)
    if (const std::int32_t id = vocabulary_.find(word); id >= 0) {
      dst.push_back({id, {0, size}, false});
      return;
    }
  if (cache_.find(word, dst)) return;
  Symbols symbols;
  split(word, symbols);
  // Without a prefix a pair's new token tells where it begins and ends; so do both ways agree.
  const std::uint32_t count = symbols.size() <= kFew && options_.continuing_prefix.empty()
                                  ? merge_few(symbols.data(), symbols.size())
                                  : merge_many(symbols.data(), symbols.size());
  const std::size_t first = dst.size();
  std::uint32_t start = 0;
  for (std::uint32_t k = 0; k < count; ++k) {
    const Symbol symbol = symbols.data()[k];
    dst.push_back({symbol.id, widened({start, symbol.end}, word), false});
    start = symbol.end;
  }
  cache_.put(word, dst, first);
}

}  // namespace nlp::tokenizer
