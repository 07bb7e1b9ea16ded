// What is explained, by the tiny checkpoints.
#include "explain/subject.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "task/classify.hpp"
#include "task/fill_mask.hpp"

using namespace nlp::explain;
using nlp::model::Head;

namespace {
struct Opened {
  explicit Opened(const std::string& name)
      : model(nlp::model::Model::open(golden::model(name))),
        tokenizer(nlp::tokenizer::Tokenizer::open(golden::model(name))),
        workspace(model.workspace()) {}

  Subject operator()(Head head, const SubjectOptions& options, std::string_view text,
                     std::optional<std::string_view> pair = {}) const {
    return Subjects(model, tokenizer, head, options)(text, pair, *workspace);
  }

  nlp::model::Model model;
  nlp::tokenizer::Tokenizer tokenizer;
  nlp::model::WorkspacePtr workspace;
};
}  // namespace

TEST_CASE("of a text with masks the best word behind the first is explained", "[explain]") {
  const Opened bert("bert-mlm");
  const std::string text = "the [MASK] sat on the [MASK]";
  const auto best = bert(Head::masked_lm, {}, text);
  CHECK(best.place == nlp::text::Span{4, 10});
  const nlp::task::FillMask fill(bert.model, bert.tokenizer, {});
  const std::vector texts = {fill.prepare(text)};
  const auto filled = fill(texts, *bert.workspace)[0];
  CHECK(best.target == filled[0].candidates[0].word);
  CHECK(best.goal.column == filled[0].candidates[0].ids[0]);
  const auto second = bert(Head::masked_lm, {.target = "mat", .place = 2, .fit = {}}, text);
  CHECK(second.place == nlp::text::Span{22, 28});
  CHECK(second.target == "mat");
  CHECK(second.goal.column == bert.tokenizer.id_of("mat"));
  CHECK(bert(Head::masked_lm, {}, "the cat").is_nothing);
  CHECK_THROWS_WITH(bert(Head::masked_lm, {.target = {}, .place = 3, .fit = {}}, text),
                    ContainsSubstring("--place 3"));
  CHECK_THROWS_WITH(bert(Head::masked_lm, {.target = "xylophonists", .place = 0, .fit = {}}, text),
                    ContainsSubstring("xylophonists"));
}

TEST_CASE("of tokens the surest label of an entity is explained, or that of a word", "[explain]") {
  const Opened bert("bert-ner");
  const std::string text = "Ada Lovelace lived in London.";
  const auto best = bert(Head::token_classification, {}, text);
  CHECK(best.target != "O");
  const auto person =
      bert(Head::token_classification, {.target = "PER", .place = 0, .fit = {}}, text);
  CHECK((person.target == "B-PER" || person.target == "I-PER"));
  const auto fourth =
      bert(Head::token_classification, {.target = "O", .place = 4, .fit = {}}, text);
  CHECK(fourth.target == "O");
  REQUIRE(fourth.place);
  CHECK(text.substr(fourth.place->start, fourth.place->size()) == "in");
  CHECK_THROWS_WITH(
      bert(Head::token_classification, {.target = "TIME", .place = 0, .fit = {}}, text),
      ContainsSubstring("B-PER"));
  CHECK_THROWS_WITH(bert(Head::token_classification, {.target = {}, .place = 9, .fit = {}}, text),
                    ContainsSubstring("--place 9"));
}

TEST_CASE("of a text the best label is explained, or the one that is named", "[explain]") {
  const Opened bert("bert-sentiment");
  const auto best = bert(Head::sequence_classification, {}, "a good film", "or not");
  const nlp::task::Classifier classify(bert.model, bert.tokenizer);
  const std::vector texts = {classify.prepare("a good film", "or not")};
  const auto scores = classify(texts, *bert.workspace)[0];
  CHECK(best.goal.column == (scores[1] > scores[0] ? 1 : 0));
  CHECK(best.target == classify.labels()[static_cast<std::size_t>(best.goal.column)]);
  CHECK_FALSE(best.place);
  for (const std::string label : {"NEGATIVE", "POSITIVE"})
    CHECK(bert(Head::sequence_classification, {.target = label, .place = 0, .fit = {}}, "a film")
              .target == label);
  CHECK(bert(Head::sequence_classification, {}, "").is_nothing);
}
