#include "train/evaluate/answers.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "text/unicode.hpp"
#include "text/utf8.hpp"
#include "train/evaluate/scores.hpp"

namespace nlp::train {
namespace {

// As Python's str.split and \w have them.
bool is_space(char32_t point) {
  return text::is_whitespace(point) || (point >= 0x1C && point <= 0x1F);
}
bool is_word(char32_t point) { return text::is_letter(point) || text::is_numeric(point); }
bool is_ascii_punctuation(char32_t point) { return point < 0x80 && text::is_punctuation(point); }

// Small letters, without punctuation.
std::u32string plain(std::string_view text) {
  std::u32string points;
  for (std::size_t at = 0; at < text.size();) {
    const auto lower = text::lowercase(text::decode(text, at));
    if (is_ascii_punctuation(lower.first)) continue;
    points += lower.first;
    if (lower.second != 0) points += lower.second;
  }
  return points;
}

std::vector<std::string> words_of(std::string_view text) {
  const std::u32string points = plain(text);
  std::vector<std::string> words;
  std::string word;
  const auto close = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  for (std::size_t first = 0, last; first < points.size(); first = last) {
    last = first + 1;
    if (!is_word(points[first])) {
      if (is_space(points[first]))
        close();
      else
        text::append(word, points[first]);
      continue;
    }
    while (last < points.size() && is_word(points[last])) ++last;
    const auto run = std::u32string_view(points).substr(first, last - first);
    if (run == U"a" || run == U"an" || run == U"the") {
      close();  // an article leaves a space
      continue;
    }
    for (const char32_t point : run) text::append(word, point);
  }
  close();
  return words;
}

}  // namespace

std::string normal_answer(std::string_view text) {
  std::string normal;
  for (const std::string& word : words_of(text)) normal += (normal.empty() ? "" : " ") + word;
  return normal;
}

AnswerScore score_answer(std::string_view truth, std::string_view found) {
  const auto true_words = words_of(truth), found_words = words_of(found);
  AnswerScore score;
  score.exact = true_words == found_words;
  if (true_words.empty() || found_words.empty()) {
    score.f1 = score.exact;
    return score;
  }
  std::map<std::string, std::size_t> left;
  for (const std::string& word : true_words) ++left[word];
  Hits hits{.right = 0, .found = found_words.size(), .truth = true_words.size()};
  for (const std::string& word : found_words) {
    const auto there = left.find(word);
    if (there == left.end() || there->second == 0) continue;
    --there->second;
    ++hits.right;
  }
  score.f1 = hits.f1();
  return score;
}

}  // namespace nlp::train
