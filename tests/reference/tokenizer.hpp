// Naive versions of the token models, on strings: what the fast ones are held against.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "text/utf8.hpp"

namespace reference {

using Strings = std::vector<std::string>;

inline Strings characters(const std::string& text) {
  Strings characters;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    nlp::text::decode(text, at);
    characters.push_back(text.substr(from, at - from));
  }
  return characters;
}

// Merges the leftmost pair of the lowest rank until there is none: O(n²) in the characters.
inline Strings bpe(const std::string& word,
                   const std::map<std::pair<std::string, std::string>, int>& ranks) {
  Strings tokens = characters(word);
  while (true) {
    std::optional<std::pair<int, std::size_t>> best;
    for (std::size_t k = 0; k + 1 < tokens.size(); ++k)
      if (const auto rank = ranks.find({tokens[k], tokens[k + 1]}); rank != ranks.end())
        if (!best || rank->second < best->first) best = {rank->second, k};
    if (!best) return tokens;
    tokens[best->second] += tokens[best->second + 1];
    tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(best->second) + 1);
  }
}

// The highest sum of scores over all ways to cut a word into pieces and, for `unknown`, characters
// that are no piece.  Exponential.
inline double best_score(const std::string& word, const std::map<std::string, double>& scores,
                         double unknown) {
  double best = -1e300;
  const Strings all = characters(word);
  const std::function<void(std::size_t, double)> go = [&](std::size_t at, double sum) {
    if (at == all.size()) best = std::max(best, sum);
    std::string piece;
    for (std::size_t end = at; end < all.size(); ++end) {
      piece += all[end];
      const auto score = scores.find(piece);
      if (score != scores.end())
        go(end + 1, sum + score->second);
      else if (end == at)
        go(end + 1, sum + unknown);
    }
  };
  go(0, 0);
  return best;
}

// Words of few different characters: many ways to cut each.
class Words {
 public:
  explicit Words(unsigned seed) : generator_(seed) {}
  std::size_t below(std::size_t limit) { return generator_() % limit; }
  std::string operator()(std::size_t length, std::size_t different = 5) {
    static const Strings kLetters = {"a", "b", "\xC3\xA9", "\xE4\xBD\xA0", "\xF0\x9F\x98\x80"};
    std::string word;
    for (std::size_t k = 0; k < length; ++k) word += kLetters[below(different)];
    return word;
  }

 private:
  std::mt19937 generator_;
};

}  // namespace reference
