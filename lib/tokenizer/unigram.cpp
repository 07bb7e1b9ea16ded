#include "tokenizer/unigram.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/error.hpp"
#include "text/utf8.hpp"

namespace nlp::tokenizer {
namespace {

constexpr double kUnknownPenalty = 10.0;
constexpr std::uint32_t kUnreached = UINT32_MAX;

PrefixTrie trie_of(const Vocabulary& vocabulary) {
  std::vector<PrefixTrie::Entry> entries;
  entries.reserve(static_cast<std::size_t>(vocabulary.size()));
  for (std::int32_t id = 0; id < vocabulary.size(); ++id)
    entries.push_back({vocabulary.token_of(id), id});
  return PrefixTrie(std::move(entries));
}

std::uint32_t character_size(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

}  // namespace

Unigram::Unigram(const Vocabulary& vocabulary, std::vector<double> scores, std::int32_t unknown,
                 bool byte_fallback)
    : vocabulary_(vocabulary),
      scores_(std::move(scores)),
      unknown_(unknown),
      byte_fallback_(byte_fallback),
      trie_(trie_of(vocabulary)) {
  double least = std::numeric_limits<double>::infinity();
  for (const double score : scores_) least = std::min(least, score);
  unknown_score_ = least - kUnknownPenalty;
  for (std::size_t byte = 0; byte < bytes_.size(); ++byte)
    bytes_[byte] = vocabulary.find(fmt::format("<0x{:02X}>", byte));
}

void Unigram::find_paths(std::string_view word, std::span<Path> paths) const {
  std::ranges::fill(paths, Path{0, -1, kUnreached});
  for (std::uint32_t start = 0; start < word.size();) {
    const double before = paths[start].score;
    const std::uint32_t character = character_size(word[start]);
    bool covered = false;
    const auto offer = [&](std::size_t size, std::int32_t id, double score) {
      Path& path = paths[start + size];
      if (path.start == kUnreached || score + before > path.score)
        path = {score + before, id, start};
    };
    trie_.each_prefix(word.substr(start), [&](std::size_t size, std::int32_t id) {
      offer(size, id, scores_[static_cast<std::size_t>(id)]);
      covered |= size == character;
    });
    if (!covered) offer(character, unknown_, unknown_score_);
    start += character;
  }
}

void Unigram::add_unknown(std::string_view word, text::Span span, std::vector<Piece>& dst) const {
  const std::string_view part = word.substr(span.start, span.size());
  const auto token = [&](char byte) { return bytes_[static_cast<unsigned char>(byte)]; };
  // Several unknown characters may make a piece that no best path takes.
  if (const std::int32_t id = vocabulary_.find(part); id >= 0)
    dst.push_back({id, span, false});
  else if (byte_fallback_ && std::ranges::all_of(part, [&](char b) { return token(b) >= 0; }))
    for (const char byte : part) dst.push_back({token(byte), span, false});
  else
    dst.push_back({unknown_, span, true});
}

void Unigram::tokenize(std::string_view word, std::vector<Piece>& dst) const {
  if (cache_.find(word, dst)) return;
  constexpr std::size_t kFew = 128;
  std::array<Path, kFew + 1> few;
  std::vector<Path> many;
  if (word.size() > kFew) many.resize(word.size() + 1);
  const std::span<Path> paths(many.empty() ? few.data() : many.data(), word.size() + 1);
  find_paths(word, paths);

  // Chains the pieces of the best path from its end: `start` of a path becomes the next end.
  const auto size = static_cast<std::uint32_t>(word.size());
  std::uint32_t next = size;
  for (std::uint32_t end = size; end > 0;) {
    const std::uint32_t start = paths[end].start;
    paths[end].start = next;
    next = end;
    end = start;
  }
  const std::size_t first = dst.size();
  std::uint32_t start = 0;
  for (std::uint32_t end = next; start < size;) {
    const std::int32_t id = paths[end].id;
    const std::uint32_t piece = start;
    if (id < 0)
      throw Error(Kind::model, fmt::format("the tokenizer has no token for \"{}\" and no unknown "
                                           "token (unk_id)",
                                           word.substr(start, end - start)));
    start = end;
    end = paths[end].start;
    if (id != unknown_) {
      dst.push_back({id, {piece, start}, false});
      continue;
    }
    while (start < size && paths[end].id == unknown_) {
      start = end;
      end = paths[end].start;
    }
    add_unknown(word, {piece, start}, dst);
  }
  cache_.put(word, dst, first);
}

}  // namespace nlp::tokenizer
