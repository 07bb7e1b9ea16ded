#include "train/tokenizer/script_runs.hpp"

#include <array>
#include <limits>

#include "base/error.hpp"
#include "text/unicode.hpp"
#include "text/utf8.hpp"

namespace nlp::train {
namespace {

constexpr char32_t kMetaspace = 0x2581;
constexpr int kMark = -1;  // as the character before
constexpr int kAny = 0;    // goes with every script

int script_of(char32_t point) {
  static const std::array<int, 128> ascii = [] {
    std::array<int, 128> scripts{};
    for (char32_t k = 0; k < 128; ++k) scripts[k] = text::script_of(k);
    return scripts;
  }();
  if (point < 128) return ascii[point];
  if (point == kMetaspace) return kAny;
  return text::is_mark(point) ? kMark : text::script_of(point);
}

}  // namespace

std::string ScriptRuns::text(std::span<const std::uint32_t> part) const {
  std::string text;
  for (const std::uint32_t code : part) text::append(text, alphabet[code]);
  return text;
}

void add_runs(std::string_view word, std::uint64_t count, WordCounts& dst) {
  std::size_t start = 0, characters = 0;
  int script = kAny;  // of the run
  for (std::size_t at = 0; at < word.size(); ++characters) {
    const std::size_t from = at;
    const int own = script_of(text::decode(word, at));
    const bool joins = own == kMark || own == kAny || script == kAny || own == script;
    if (from > start && (!joins || characters == ScriptRuns::kLongest)) {
      dst.add(word.substr(start, from - start), count);
      start = from;
      characters = 0;
      script = kAny;
    }
    if (own != kMark && own != kAny) script = own;
  }
  if (start < word.size()) dst.add(word.substr(start), count);
}

ScriptRuns make_runs(std::span<const WordCount> runs, std::vector<char32_t> alphabet) {
  constexpr std::uint32_t kUnknown = 0xFFFFFFFF;
  std::vector<std::uint32_t> codes(0x110000, kUnknown);
  for (std::uint32_t k = 0; k < alphabet.size(); ++k) codes[alphabet[k]] = k;
  WordCounts known;
  for (const auto& [run, count] : runs) {
    std::size_t start = 0;
    for (std::size_t at = 0; at < run.size();) {
      const std::size_t from = at;
      if (codes[text::decode(run, at)] != kUnknown) continue;
      if (from > start) known.add(run.substr(start, from - start), count);
      start = at;
    }
    if (start < run.size()) known.add(run.substr(start), count);
  }
  ScriptRuns made;
  made.alphabet = std::move(alphabet);
  made.starts.push_back(0);
  for (const auto& [run, count] : known.sorted()) {
    for (std::size_t at = 0; at < run.size();) made.codes.push_back(codes[text::decode(run, at)]);
    if (made.codes.size() >= std::numeric_limits<std::uint32_t>::max())
      throw Error(Kind::memory, "the different words have 2^32 characters; train on less text");
    made.starts.push_back(static_cast<std::uint32_t>(made.codes.size()));
    made.counts.push_back(count);
  }
  return made;
}

}  // namespace nlp::train
