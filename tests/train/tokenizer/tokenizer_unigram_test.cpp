#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "reference/tokenizer_training.hpp"
#include "support/catch.hpp"
#include "train/tokenizer/alphabet.hpp"
#include "train/tokenizer/digamma.hpp"
#include "train/tokenizer/piece_lattices.hpp"
#include "train/tokenizer/script_runs.hpp"
#include "train/tokenizer/seed_pieces.hpp"
#include "train/tokenizer/unigram.hpp"

using namespace nlp::train;

namespace {

std::vector<WordCount> views(const reference::Counts& words) {
  std::vector<WordCount> found;
  for (const auto& [word, count] : words) found.push_back({word, count});
  return found;
}

ScriptRuns runs_of(const reference::Counts& words) {
  WordCounts runs;
  for (const auto& [word, count] : words) add_runs(word, count, runs);
  const auto counts = runs.sorted();
  return make_runs(counts, find_alphabet(counts, {}, {}));
}

std::string text_of(const ScriptRuns& runs, const SeedPiece& piece) {
  return runs.text({runs.codes.data() + runs.starts[piece.run] + piece.offset, piece.size});
}

std::map<std::string, std::uint64_t> texts_of(const ScriptRuns& runs) {
  std::map<std::string, std::uint64_t> found;
  for (std::size_t k = 0; k < runs.size(); ++k)
    found[runs.text({runs.codes.data() + runs.starts[k], runs.starts[k + 1] - runs.starts[k]})] =
        runs.counts[k];
  return found;
}

reference::Counts random_words(std::uint32_t seed, int count, std::size_t longest) {
  std::mt19937 random(seed);
  const std::vector<std::string> letters = {"a", "b", "c", "é", "ab", "bca"};
  reference::Counts words;
  for (int k = 0; k < count; ++k) {
    std::string word = random() % 2 == 0 ? "▁" : "";
    for (auto n = random() % longest + 1; n > 0; --n) word += letters[random() % letters.size()];
    words[word] += random() % 5 + 1;
  }
  return words;
}

// Occurrences of all substrings of 2 to kLongestPiece characters that are not always followed, or
// preceded, by the same character.
std::map<std::string, std::uint64_t> naive_seeds(const reference::Counts& words) {
  struct Found {
    std::uint64_t count = 0;
    std::set<std::string> left, right;
  };
  std::map<std::string, Found> found;
  int word_end = 0;
  for (const auto& [word, count] : words) {
    const auto letters = reference::characters(word);
    for (std::size_t from = 0; from < letters.size(); ++from) {
      std::string text;
      for (std::size_t to = from; to < std::min(letters.size(), from + kLongestPiece); ++to) {
        text += letters[to];
        if (to == from) continue;
        Found& one = found[text];
        one.count += count;
        // Ends of words are all different.
        one.left.insert(from > 0 ? letters[from - 1] : "<" + std::to_string(++word_end));
        one.right.insert(to + 1 < letters.size() ? letters[to + 1]
                                                 : ">" + std::to_string(++word_end));
        if (from == 0) one.left.insert("<");
        if (to + 1 == letters.size()) one.right.insert(">");
      }
    }
  }
  std::map<std::string, std::uint64_t> seeds;
  for (const auto& [text, one] : found)
    if (one.left.size() > 1 && one.right.size() > 1) seeds[text] = one.count;
  return seeds;
}

}  // namespace

TEST_CASE("words are cut where the script changes, and marks and the space sign stay", "[train]") {
  CHECK(texts_of(runs_of({{"▁Paris,", 2}, {"▁3rd", 1}, {"▁да", 1}, {"▁e\u0301t(", 4}})) ==
        reference::Counts{
            {"▁Paris", 2}, {",", 2}, {"▁3", 1}, {"rd", 1}, {"▁да", 1}, {"▁e\u0301t", 4}, {"(", 4}});
  const std::string long_word(60, 'a');
  CHECK(texts_of(runs_of({{long_word, 3}})) ==
        reference::Counts{{std::string(24, 'a'), 6}, {std::string(12, 'a'), 3}});
  const std::vector<WordCount> words = {{"axb", 2}};
  CHECK(texts_of(make_runs(words, {'a', 'b'})) == reference::Counts{{"a", 2}, {"b", 2}});
}

TEST_CASE("seeds are the substrings that a naive count finds", "[train]") {
  for (std::uint32_t seed = 1; seed < 8; ++seed) {
    const auto words = random_words(seed, 60, 5);
    const auto runs = runs_of(words);
    std::map<std::string, std::uint64_t> found;
    for (const SeedPiece& piece : find_seeds(runs, 1, 100000, 2)) {
      CHECK(found.emplace(text_of(runs, piece), piece.count).second);
    }
    CHECK(found == naive_seeds(words));
    CHECK(found.size() > 20);
    const auto best = find_seeds(runs, 1, 10, 1);
    REQUIRE(best.size() == 10);
    std::vector<std::uint64_t> worth;
    for (const SeedPiece& piece : find_seeds(runs, 1, 100000, 1))
      worth.push_back(piece.count * piece.size);
    std::ranges::sort(worth, std::greater<>());
    for (std::size_t k = 0; k < 10; ++k) CHECK(best[k].count * best[k].size == worth[k]);
    for (const SeedPiece& piece : find_seeds(runs, 7, 100000, 1)) CHECK(piece.count >= 7);
  }
}

TEST_CASE("expected counts are sums over all ways to cover each word", "[train]") {
  const auto words = random_words(3, 25, 4);
  const auto runs = runs_of(words);
  std::vector<SeedPiece> pieces;
  for (std::uint32_t code = 0; code < runs.alphabet.size(); ++code)
    for (std::uint32_t run = 0; run < runs.size() && pieces.size() == code; ++run)
      for (std::uint32_t at = runs.starts[run]; at < runs.starts[run + 1]; ++at)
        if (runs.codes[at] == code) {
          pieces.push_back({run, static_cast<std::uint16_t>(at - runs.starts[run]), 1, 1});
          break;
        }
  for (const SeedPiece& seed : find_seeds(runs, 2, 40, 1)) pieces.push_back(seed);
  nlp::ThreadTeam one(1), three(3);
  PieceLattices lattices(runs, pieces, three);
  std::vector<double> scores;
  for (std::size_t id = 0; id < pieces.size(); ++id)
    scores.push_back(-1 - static_cast<double>(id * 7 % 11) / 3);

  const auto compare = [&] {
    std::map<std::string, double> likely;
    for (std::size_t id = 0; id < pieces.size(); ++id)
      likely[text_of(runs, pieces[id])] = std::exp(scores[id]);
    const auto naive = reference::expected_pieces(texts_of(runs), likely);
    const auto fast = lattices.expected(scores, one);
    CHECK(fast == lattices.expected(scores, three));
    for (std::size_t id = 0; id < pieces.size(); ++id) {
      const auto known = naive.find(text_of(runs, pieces[id]));
      CHECK(fast[id] == Approx(known == naive.end() ? 0 : known->second).margin(1e-3));
    }
    CHECK(lattices.used(scores, one) == lattices.used(scores, three));
  };
  compare();

  // Without itself a piece is covered by the likeliest of the other ways.
  for (std::uint32_t id = 0; id < pieces.size(); ++id) {
    if (pieces[id].size == 1) continue;
    std::map<std::string, double> others;
    for (std::size_t k = 0; k < pieces.size(); ++k)
      if (k != id) others[text_of(runs, pieces[k])] = std::exp(scores[k]);
    double best = 0;
    reference::Strings cover;
    reference::covers(
        text_of(runs, pieces[id]), others,
        [&](const reference::Strings&, double probability) { best = std::max(best, probability); },
        cover);
    CHECK(lattices.alternative(id, pieces[id], scores).score == Approx(std::log(best)));
  }

  std::vector<std::uint32_t> kept;
  for (std::uint32_t id = 0; id < pieces.size(); ++id)
    if (pieces[id].size == 1 || id % 3 != 0) kept.push_back(id);
  lattices.keep(kept);
  for (std::size_t k = 0; k < kept.size(); ++k) {
    pieces[k] = pieces[kept[k]];
    scores[k] = scores[kept[k]];
  }
  pieces.resize(kept.size());
  scores.resize(kept.size());
  compare();
}

TEST_CASE("a unigram vocabulary has the words that are frequent and every character", "[train]") {
  const auto words = random_words(9, 300, 3);
  reference::Counts counts = words;
  counts["▁sunshine"] = 400;
  counts["▁sunrise"] = 300;
  counts["▁moonshine"] = 300;
  const auto list = views(counts);
  UnigramOptions options;
  options.special = {"<s>", "<unk>"};
  options.alphabet = find_alphabet(list, {}, {});
  options.vocab = 60;
  const auto one = train_unigram(list, options);
  CHECK(one.tokens.size() == 60);
  CHECK(std::set<std::string>(one.tokens.begin(), one.tokens.end()).size() == 60);
  CHECK(one.tokens[1] == "<unk>");
  for (const char* word : {"▁sunshine", "▁sunrise", "▁moonshine", "a", "é", "▁"})
    CHECK(std::ranges::count(one.tokens, word) == 1);
  CHECK(std::is_sorted(one.scores.begin() + 2, one.scores.end(), std::greater<>()));
  double sum = 0;
  for (std::size_t k = 2; k < one.scores.size(); ++k) sum += std::exp(one.scores[k]);
  CHECK(sum == Approx(1).margin(0.02));
  options.threads = 3;
  const auto three = train_unigram(list, options);
  CHECK(one.tokens == three.tokens);
  CHECK(one.scores == three.scores);
  options.vocab = 5;
  CHECK_THROWS_WITH(train_unigram(list, options), ContainsSubstring("expected at least"));
}

TEST_CASE("digamma has its known values", "[train]") {
  CHECK(digamma(1) == Approx(-0.57721566490153286));
  CHECK(digamma(0.5) == Approx(-1.9635100260214235));
  CHECK(digamma(100) == Approx(4.6001618527380874));
}
