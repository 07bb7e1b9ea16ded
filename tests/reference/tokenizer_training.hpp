// Naive trainers of tokenizers, on strings: what the fast ones are held against.
#pragma once
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "reference/tokenizer.hpp"

namespace reference {

using Counts = std::map<std::string, std::uint64_t>;

// Tokens by id: `tokens` at first, then what merging the most frequent pair gives, the pairs
// counted anew each time.  Ends before the first token that is there already.
inline Strings merged_tokens(const Counts& words, Strings tokens, const std::string& prefix,
                             std::size_t vocab, std::uint64_t min_frequency) {
  const auto id_of = [&](const std::string& token) {
    for (std::size_t id = 0; id < tokens.size(); ++id)
      if (tokens[id] == token) return static_cast<int>(id);
    return -1;
  };
  std::vector<std::pair<std::vector<int>, std::uint64_t>> split;
  for (const auto& [word, count] : words) {
    std::vector<int> ids;
    bool first = true;
    for (const std::string& character : characters(word)) {
      const int id = id_of((first ? "" : prefix) + character);
      first = false;
      if (id >= 0) ids.push_back(id);
    }
    split.emplace_back(ids, count);
  }
  while (tokens.size() < vocab) {
    std::map<std::pair<int, int>, std::uint64_t> pairs;
    for (const auto& [ids, count] : split)
      for (std::size_t k = 1; k < ids.size(); ++k) pairs[{ids[k - 1], ids[k]}] += count;
    std::pair<int, int> best;
    std::uint64_t most = 0;
    for (const auto& [pair, count] : pairs)  // in the order of the ids
      if (count > most) best = pair, most = count;
    if (most < 1 || most < min_frequency) break;
    std::string second = tokens[static_cast<std::size_t>(best.second)];
    if (second.starts_with(prefix)) second.erase(0, prefix.size());
    const std::string token = tokens[static_cast<std::size_t>(best.first)] + second;
    if (id_of(token) >= 0) break;
    tokens.push_back(token);
    for (auto& entry : split) {
      std::vector<int>& ids = entry.first;
      for (std::size_t k = 0; k + 1 < ids.size(); ++k)
        if (ids[k] == best.first && ids[k + 1] == best.second) {
          ids[k] = static_cast<int>(tokens.size()) - 1;
          ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(k) + 1);
        }
    }
  }
  return tokens;
}

// each(pieces, their probability) for every way to cover `word` with pieces.
inline void covers(const std::string& word, const std::map<std::string, double>& likely,
                   const std::function<void(const Strings&, double)>& each, Strings& pieces,
                   double probability = 1) {
  if (word.empty()) return each(pieces, probability);
  for (const auto& [piece, own] : likely)
    if (word.starts_with(piece)) {
      pieces.push_back(piece);
      covers(word.substr(piece.size()), likely, each, pieces, probability * own);
      pieces.pop_back();
    }
}

// How often each piece is expected, summed over all ways to cover each word.
inline std::map<std::string, double> expected_pieces(const Counts& words,
                                                     const std::map<std::string, double>& likely) {
  std::map<std::string, double> expected;
  for (const auto& [word, count] : words) {
    double sum = 0;
    std::map<std::string, double> own;
    Strings pieces;
    covers(
        word, likely,
        [&](const Strings& cover, double probability) {
          sum += probability;
          for (const std::string& piece : cover) own[piece] += probability;
        },
        pieces);
    for (const auto& [piece, weight] : own)
      expected[piece] += static_cast<double>(count) * weight / sum;
  }
  return expected;
}

}  // namespace reference
