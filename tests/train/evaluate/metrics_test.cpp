#include <cmath>

#include "base/json.hpp"
#include "support/catch.hpp"
#include "support/paths.hpp"
#include "train/evaluate/answers.hpp"
#include "train/evaluate/classes.hpp"
#include "train/evaluate/correlation.hpp"
#include "train/evaluate/spans.hpp"

using namespace nlp::train;
using Strings = std::vector<std::string>;
using Numbers = std::vector<double>;

namespace {

// What other libraries say of random truths and guesses: seqeval 1.2.2 (spans), scikit-learn
// (classes, sets), scipy (correlations), SQuAD's script (answers).
const nlp::Json& goldens() {
  static const nlp::Json file = nlp::read_json(paths::data("train/metrics.json"));
  return file;
}

void check_number(double number, const nlp::Json& expected) {
  if (expected.is_null())
    CHECK(std::isnan(number));
  else
    CHECK(number == Approx(expected.get<double>()).margin(1e-12));
}

}  // namespace

TEST_CASE("an entity is right where its words and its kind are", "[train]") {
  const Strings truth{"B-PER", "I-PER", "O", "B-LOC", "I-LOC", "O", "B-ORG"};
  const Strings found{"B-PER", "I-PER", "O", "B-LOC", "O", "O", "B-LOC"};
  SpanScores scores;
  scores.add(spans_of(truth), spans_of(found));
  CHECK(scores.all().precision() == Approx(1.0 / 3));
  CHECK(scores.all().recall() == Approx(1.0 / 3));
  CHECK(scores.kinds["PER"].f1() == 1.0);
  CHECK(scores.kinds["LOC"].found == 2);
  CHECK(scores.kinds["LOC"].right == 0);
  CHECK(scores.kinds["ORG"].precision() == 0.0);
  CHECK(SpanScores().all().f1() == 0.0);
}

TEST_CASE("spans of tags follow conlleval in all schemes", "[train]") {
  const auto spans = [](const Strings& tags) { return spans_of(tags); };
  using Spans = std::vector<WordSpan>;
  CHECK(spans({"I-A", "I-A", "B-A", "I-B", "O", "I-B"}) ==
        Spans{{0, 2, "A"}, {2, 3, "A"}, {3, 4, "B"}, {5, 6, "B"}});
  CHECK(spans({"B-A", "E-A", "I-A", "S-A", "I-A"}) ==
        Spans{{0, 2, "A"}, {2, 3, "A"}, {3, 4, "A"}, {4, 5, "A"}});
  CHECK(spans({"B-A", "L-A", "U-A", "A", "A"}) == Spans{{0, 2, "A"}, {2, 3, "A"}, {3, 5, "A"}});
  CHECK(spans({"O", "O"}).empty());
}

TEST_CASE("scores of entities are seqeval's", "[train]") {
  for (const nlp::Json& golden : goldens()["spans"]) {
    SpanScores scores;
    for (std::size_t s = 0; s < golden["truth"].size(); ++s)
      scores.add(spans_of(golden["truth"][s].get<Strings>()),
                 spans_of(golden["found"][s].get<Strings>()));
    const Hits all = scores.all();
    check_number(all.precision(), golden["all"][0]);
    check_number(all.recall(), golden["all"][1]);
    check_number(all.f1(), golden["all"][2]);
    REQUIRE(scores.kinds.size() == golden["kinds"].size());
    for (const auto& entry : scores.kinds) {
      const nlp::Json& kind = golden["kinds"][entry.first];
      check_number(entry.second.precision(), kind[0]);
      check_number(entry.second.recall(), kind[1]);
      check_number(entry.second.f1(), kind[2]);
      CHECK(entry.second.truth == kind[3].get<std::uint64_t>());
    }
  }
}

TEST_CASE("accuracy, macro F1 and confusion are scikit-learn's", "[train]") {
  for (const nlp::Json& golden : goldens()["classes"]) {
    Confusion confusion(golden["labels"].get<std::size_t>());
    for (std::size_t k = 0; k < golden["truth"].size(); ++k)
      confusion.add(golden["truth"][k].get<std::size_t>(), golden["found"][k].get<std::size_t>());
    check_number(confusion.accuracy(), golden["accuracy"]);
    check_number(confusion.macro_f1(), golden["macro_f1"]);
    for (std::size_t t = 0; t < confusion.size(); ++t)
      for (std::size_t f = 0; f < confusion.size(); ++f)
        CHECK(confusion.count(t, f) == golden["confusion"][t][f].get<std::uint64_t>());
  }
  for (const nlp::Json& golden : goldens()["sets"]) {
    LabelSets sets(golden["labels"].get<std::size_t>());
    for (std::size_t k = 0; k < golden["truth"].size(); ++k)
      sets.add(golden["truth"][k].get<std::vector<std::uint8_t>>(),
               golden["found"][k].get<std::vector<std::uint8_t>>());
    check_number(sets.accuracy(), golden["accuracy"]);
    check_number(sets.macro_f1(), golden["macro_f1"]);
    check_number(sets.micro_f1(), golden["micro_f1"]);
  }
  // Truth 0 0 1, found 0 1 1: F1 of both is 2/3.
  Confusion small(3);
  small.add(0, 0);
  small.add(0, 1);
  small.add(1, 1);
  CHECK(small.accuracy() == Approx(2.0 / 3));
  CHECK(small.macro_f1() == Approx(2.0 / 3));  // the third label does not occur
  CHECK(std::isnan(Confusion(2).accuracy()));
}

TEST_CASE("correlations are scipy's, equals share their ranks", "[train]") {
  CHECK(ranks(Numbers{3, 1, 3, 2}) == Numbers{3.5, 1, 3.5, 2});
  CHECK(spearman(Numbers{1, 2, 3}, Numbers{1, 4, 9}) == Approx(1.0));
  CHECK(pearson(Numbers{1, 2, 3}, Numbers{3, 2, 1}) == Approx(-1.0));
  for (const nlp::Json& golden : goldens()["correlations"]) {
    const auto a = golden["a"].get<Numbers>(), b = golden["b"].get<Numbers>();
    check_number(pearson(a, b), golden["pearson"]);
    check_number(spearman(a, b), golden["spearman"]);
  }
  CHECK(std::isnan(pearson(Numbers{1, 1, 1}, Numbers{1, 2, 3})));
  CHECK(std::isnan(spearman(Numbers{}, Numbers{})));
}

TEST_CASE("answers are compared as SQuAD does", "[train]") {
  for (const nlp::Json& golden : goldens()["answers"]) {
    const auto truth = golden["truth"].get<std::string>(),
               found = golden["found"].get<std::string>();
    CAPTURE(truth, found);
    CHECK(normal_answer(truth) == golden["normal"].get<std::string>());
    const AnswerScore score = score_answer(truth, found);
    CHECK(score.exact == golden["exact"].get<double>());
    check_number(score.f1, golden["f1"]);
  }
  CHECK(score_answer("in Ulm, Germany", "Ulm").f1 == Approx(0.5));
}
