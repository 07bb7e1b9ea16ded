#include "train/tokenizer/script_runs.hpp"

#include <limits>

#include "base/error.hpp"
#include "text/unicode.hpp"
#include "text/utf8.hpp"

namespace nlp::train {
namespace {

constexpr std::uint32_t kUnknown = 0xFFFFFFFF;
constexpr char32_t kSpace = 0x2581;

struct Point {
  std::uint32_t code = kUnknown;
  std::int32_t script = 0;  // 0: goes with every one
  bool mark = false;
};

std::vector<Point> table_of(const std::vector<char32_t>& alphabet) {
  std::vector<Point> table(0x110000);
  for (std::uint32_t k = 0; k < alphabet.size(); ++k) {
    const char32_t point = alphabet[k];
    table[point] = {k, point == kSpace ? 0 : text::script_of(point), text::is_mark(point)};
  }
  return table;
}

// Adds the runs of a word.
void cut(const WordCount& word, const std::vector<Point>& table, WordCounts& dst) {
  const std::string_view text = word.word;
  std::size_t start = 0, characters = 0;
  std::int32_t script = 0;  // of the run
  const auto end_run = [&](std::size_t at) {
    if (at > start) dst.add(text.substr(start, at - start), word.count);
    start = at;
    characters = 0;
    script = 0;
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    const Point& point = table[text::decode(text, at)];
    if (point.code == kUnknown) {
      end_run(from);
      start = at;
      continue;
    }
    const bool joins = point.mark || point.script == 0 || script == 0 || point.script == script;
    if (!joins || characters == ScriptRuns::kLongest) end_run(from);
    if (!point.mark && point.script != 0) script = point.script;
    ++characters;
  }
  end_run(text.size());
}

}  // namespace

std::string ScriptRuns::text(std::span<const std::uint32_t> part) const {
  std::string text;
  for (const std::uint32_t code : part) text::append(text, alphabet[code]);
  return text;
}

ScriptRuns make_runs(std::span<const WordCount> words, std::vector<char32_t> alphabet) {
  const auto table = table_of(alphabet);
  WordCounts counts;
  for (const WordCount& word : words) cut(word, table, counts);
  ScriptRuns runs;
  runs.alphabet = std::move(alphabet);
  runs.starts.push_back(0);
  for (const WordCount& run : counts.sorted()) {
    for (std::size_t at = 0; at < run.word.size();)
      runs.codes.push_back(table[text::decode(run.word, at)].code);
    if (runs.codes.size() >= std::numeric_limits<std::uint32_t>::max())
      throw Error(Kind::memory, "the different words have 2^32 characters; train on less text");
    runs.starts.push_back(static_cast<std::uint32_t>(runs.codes.size()));
    runs.counts.push_back(run.count);
  }
  return runs;
}

}  // namespace nlp::train
