#include "train/data/questions.hpp"

#include "mask/tokens.hpp"
#include "support/golden.hpp"
#include "support/temporary_directory.hpp"

using namespace nlp::train;
using nlp::tokenizer::Tokenizer;

namespace {

QuestionSet read(std::string_view bytes) {
  const TemporaryDirectory folder;
  return read_questions({folder.write("a.jsonl", bytes).string()});
}

// The text between the first and the last token that the labels name.
std::string labelled(const QuestionSet& set, const QuestionWindow& window) {
  const auto token = [&](std::size_t k) {
    return window.offsets.at(static_cast<std::size_t>(window.example.labels[k] - window.first));
  };
  const auto& context = set.questions[window.question].context;
  return context.substr(token(0).start, token(1).end - token(0).start);
}

}  // namespace

TEST_CASE("questions have answers that stand in their contexts", "[train]") {
  const auto set = read(
      "{\"id\":1,\"question\":\"Where?\",\"context\":\"Z\xC3\xBCrich, "
      "Ulm\",\"answer\":\"Ulm\",\"start\":8}\n"
      "{\"question\":\"Who?\",\"context\":\"Nobody.\",\"answer\":null}\n"
      "{\"question\":\"Who?\",\"context\":\"\",\"answer\":\"\",\"start\":0}\n");
  REQUIRE(set.questions.size() == 3);
  CHECK(set.questions[0].span == nlp::text::Span{9, 12});
  CHECK(set.questions[1].answer.empty());
  CHECK(set.questions[2].answer.empty());
  const auto answer = [](const std::string& answer_and_start) {
    return read("{\"question\":\"q\",\"context\":\"In Ulm.\"," + answer_and_start + "}");
  };
  CHECK_THROWS_WITH(answer("\"answer\":\"Ulm\",\"start\":2"),
                    ContainsSubstring("a.jsonl:1: the answer does not stand at 2"));
  for (const char* start : {"7", "100", "4294967295"})
    CHECK_THROWS_WITH(answer(std::string("\"answer\":\"Ulm\",\"start\":") + start),
                      ContainsSubstring("does not stand at"));
  for (const char* start : {"-1", "3.5", "99999999999", "\"x\"", "null"})
    CHECK_THROWS_WITH(answer(std::string("\"answer\":\"Ulm\",\"start\":") + start),
                      ContainsSubstring("a.jsonl:1: start: where the answer begins"));
  CHECK_THROWS_WITH(answer("\"answer\":\"Ulm\""), ContainsSubstring("got nothing"));
  CHECK_THROWS_WITH(answer("\"answer\":3"), ContainsSubstring("answer: not a text"));
  CHECK_THROWS_WITH(read("{\"question\":\"q\"}"), ContainsSubstring("no `context`"));
  CHECK_THROWS_WITH(read("\n"), ContainsSubstring("a.jsonl: no rows"));
}

TEST_CASE("an answer's first and last token are its labels", "[train]") {
  const auto tokenizer = Tokenizer::open(golden::model("bert-qa"));
  const auto set = read(
      "{\"question\":\"Where?\",\"context\":\"He lives in Ulm, Germany.\",\"answer\":\"Ulm, "
      "Germany\",\"start\":12}\n"
      "{\"question\":\"Who?\",\"context\":\"He lives.\"}\n");
  const auto windows = question_windows(set, tokenizer, {.max_tokens = 80});
  REQUIRE(windows.size() == 2);
  CHECK(labelled(set, windows[0]) == "Ulm, Germany");
  CHECK(windows[0].example.ids == tokenizer.encode("Where?", set.questions[0].context).ids);
  CHECK(windows[1].example.labels == std::vector<std::int32_t>{0, 0});
  CHECK(windows[1].question == 1);
}

TEST_CASE("of a long context the windows with the whole answer have it", "[train]") {
  const auto tokenizer = Tokenizer::open(golden::model("bert-qa"));
  std::string context;
  for (int k = 0; k < 40; ++k) context += k == 20 ? "He is in Ulm. " : "was in ";
  const std::size_t start = context.find("in Ulm");
  const auto set = read("{\"question\":\"Where ?\",\"context\":\"" + context +
                        "\",\"answer\":\"in Ulm\",\"start\":" + std::to_string(start) + "}");
  const auto windows = question_windows(set, tokenizer, {.max_tokens = 30});
  const auto whole = tokenizer.encode("Where ?", context);
  REQUIRE(windows.size() > 3);
  int with = 0;
  for (const QuestionWindow& window : windows) {
    const Example& example = window.example;
    CHECK(example.ids.size() == 30);
    CHECK(example.special.front() == 1);
    CHECK(example.special.back() == 1);
    CHECK(example.words.size() == 30);
    CHECK(window.offsets.size() == 30 - static_cast<std::size_t>(window.first) - 1);
    // Its tokens are those that stand at the offsets.
    const auto token =
        std::find(whole.offsets.begin() + window.first, whole.offsets.end(), window.offsets[0]);
    REQUIRE(token != whole.offsets.end());
    CHECK(std::equal(window.offsets.begin(), window.offsets.end(), token));
    CHECK(std::equal(example.ids.begin() + window.first, example.ids.end() - 1,
                     whole.ids.begin() + (token - whole.offsets.begin())));
    if (example.labels[0] == 0) {
      CHECK(example.labels[1] == 0);
      const bool has =
          window.offsets.front().start <= start && window.offsets.back().end >= start + 6;
      CHECK_FALSE(has);
      continue;
    }
    ++with;
    CHECK(labelled(set, window) == "in Ulm");
  }
  CHECK(with >= 1);
  CHECK_THROWS_WITH(question_windows(set, tokenizer, {.max_tokens = 5}),
                    ContainsSubstring("a.jsonl:1: too long a text"));
}

TEST_CASE("SQuAD's answers are read, the first of several", "[train]") {
  const std::string start = R"({"question": "Who?", "context": "A man runs.", "answers": )";
  const QuestionSet set = read(start + R"({"text": ["man", "A man"], "answer_start": [2, 0]}})" +
                               "\n" + start + R"({"text": [], "answer_start": []}})");
  REQUIRE(set.questions.size() == 2);
  CHECK(set.questions[0].answer == "man");
  CHECK(set.questions[0].span.start == 2);
  CHECK(set.questions[1].answer.empty());
  for (const char* broken :
       {R"(["man"]})", R"({"text": ["man"]}})", R"({"text": ["man"], "answer_start": []}})",
        R"({"text": ["man"], "answer_start": ["2"]}})"})
    CHECK_THROWS_WITH(read(start + broken), ContainsSubstring("answers: "));
}
