#include "train/data/questions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/json.hpp"
#include "mask/tokens.hpp"
#include "task/trim.hpp"
#include "text/offsets.hpp"
#include "text/utf8.hpp"
#include "train/data/parallel.hpp"

namespace nlp::train {
namespace {

// Where the answer stands.  Throws Error{data}.
text::Span find_answer(const Question& question, const Cell& start, const Table& table) {
  std::uint32_t first = 0;
  const char* last = start.text.data() + start.text.size();
  const auto [end, error] = std::from_chars(start.text.data(), last, first);
  if (start.is_absent() || error != std::errc() || end != last)
    throw table.error(
        fmt::format("start: where the answer begins (expected the code points before "
                    "it, got {}); add it",
                    start.is_absent() ? "nothing" : shown(start.text)));
  const auto size =
      static_cast<std::uint32_t>(std::ranges::count_if(question.context, text::starts_code_point));
  if (first < size) {
    const text::Offsets offsets(question.context, text::Unit::codepoints);
    const std::uint32_t byte = offsets.byte_of(first);
    if (question.context.compare(byte, question.answer.size(), question.answer) == 0)
      return {byte, byte + static_cast<std::uint32_t>(question.answer.size())};
  }
  throw table.error(
      fmt::format("the answer does not stand at {} of the context; mend `start`, which "
                  "counts code points from 0",
                  first));
}

// SQuAD's member, {"text": [...], "answer_start": [...]}: its first answer and where that begins.
void take_first(const Cell& answers, const Table& table, Cell& answer, Cell& start) {
  if (answers.type != Cell::Type::object)
    throw table.error("answers: no object of `text` and `answer_start`; mend the line");
  const Json value = parse_json(answers.text, "answers", false);
  const auto list = [&](const char* name) {
    const auto found = value.find(name);
    if (found == value.end() || !found->is_array())
      throw table.error(fmt::format("answers: `{}` is no list; mend the line", name));
    return *found;
  };
  const Json texts = list("text"), starts = list("answer_start");
  if (texts.size() != starts.size())
    throw table.error("answers: `text` and `answer_start` differ in length; mend the line");
  if (texts.empty()) return;
  if (!texts[0].is_string() || !starts[0].is_number_integer())
    throw table.error("answers: expected texts and where they begin; mend the line");
  answer = {Cell::Type::text, texts[0].get<std::string>(), {}};
  start = {Cell::Type::number, starts[0].dump(), {}};
}

// The tokens [first, last] that touch the answer, counted in `offsets`; none: first > last.
std::pair<std::size_t, std::size_t> tokens_of(text::Span answer,
                                              const std::vector<text::Span>& offsets) {
  std::size_t first = offsets.size(), last = 0;
  for (std::size_t t = 0; t < offsets.size(); ++t) {
    const text::Span token = offsets[t];
    if (token.size() == 0 || token.end <= answer.start || token.start >= answer.end) continue;
    first = std::min(first, t);
    last = std::max(last, t);
  }
  return {first, last};
}

std::vector<QuestionWindow> windows_of(const Question& question, std::size_t index,
                                       const tokenizer::Tokenizer& tokenizer,
                                       std::int64_t max_tokens) {
  auto encoding = tokenizer.encode(question.question, question.context);
  const auto input =
      task::split_input(encoding, max_tokens, {.fit = task::Fit::window}, task::WindowedText::pair);
  std::vector<text::Span> offsets;
  std::vector<std::int32_t> words;
  for (std::size_t t = 0; t < encoding.size(); ++t) {
    if (encoding.sequence[t] != 1) continue;
    offsets.push_back(task::trim(question.context, encoding.offsets[t]));
    words.push_back(encoding.words[t]);
  }
  const auto [first, last] = tokens_of(question.span, offsets);
  const std::int32_t none =
      encoding.size() > 0 && encoding.special.front() != 0 ? 0 : mask::kIgnored;
  std::vector<QuestionWindow> windows;
  for (const task::InputPiece& piece : input.pieces) {
    QuestionWindow window;
    window.example = example_of(encoding, piece);
    window.question = index;
    window.first = piece.row;
    const auto from = static_cast<std::size_t>(piece.window.first);
    const auto to = static_cast<std::size_t>(piece.window.last);
    const auto part = [&](const auto& all) {
      return std::remove_cvref_t<decltype(all)>(all.begin() + piece.window.first,
                                                all.begin() + piece.window.last);
    };
    window.offsets = part(offsets);
    window.words = part(words);
    const bool inside = !question.answer.empty() && first <= last && first >= from && last < to;
    const auto label = [&](std::size_t token) {
      return inside ? static_cast<std::int32_t>(static_cast<std::size_t>(piece.row) + token - from)
                    : none;
    };
    window.example.labels = {label(first), label(last)};
    windows.push_back(std::move(window));
  }
  return windows;
}

}  // namespace

QuestionSet read_questions(const std::vector<std::string>& files, std::uint64_t max_line) {
  QuestionSet set;
  set.files = names_of(files);
  std::vector<Cell> row;
  for (std::uint32_t file = 0; file < files.size(); ++file) {
    const std::vector<Column> columns{{"question", {}},
                                      {"context", {}},
                                      {"answer", {}, true},
                                      {"start", {}, true},
                                      {"answers", {}, true, true}};
    Table table(files[file], columns, {.format = TableFormat::jsonl, .max_line = max_line});
    const std::size_t before = set.questions.size();
    while (table.next(row)) {
      if (!row[4].is_absent()) take_first(row[4], table, row[2], row[3]);
      for (std::size_t c = 0; c < 3; ++c)
        if (row[c].type != Cell::Type::text && !row[c].is_absent())
          throw table.error(fmt::format("{}: not a text; put it in quotes", columns[c].name));
      Question question{std::move(row[0].text),
                        std::move(row[1].text),
                        std::move(row[2].text),
                        {},
                        {file, table.line()}};
      if (!question.answer.empty()) question.span = find_answer(question, row[3], table);
      set.questions.push_back(std::move(question));
    }
    if (set.questions.size() == before) throw no_rows(set.files[file]);
    set.repaired += table.repaired();
  }
  return set;
}

std::vector<QuestionWindow> question_windows(const QuestionSet& set,
                                             const tokenizer::Tokenizer& tokenizer,
                                             const EncodeOptions& options) {
  std::vector<std::vector<QuestionWindow>> windows(set.questions.size());
  for_each_item(set.questions.size(), options.threads, [&](std::size_t k) {
    const Question& question = set.questions[k];
    try {
      windows[k] = windows_of(question, k, tokenizer, options.max_tokens);
    } catch (const Error& error) {
      if (error.kind() != Kind::data) throw;
      throw error_at(set.files, question.place, error.what());
    }
  });
  std::vector<QuestionWindow> all;
  for (auto& of_question : windows) std::ranges::move(of_question, std::back_inserter(all));
  return all;
}

}  // namespace nlp::train
