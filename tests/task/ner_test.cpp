#include "task/ner.hpp"

#include <map>

#include "base/error.hpp"
#include "base/json.hpp"
#include "support/golden.hpp"
#include "support/paths.hpp"
#include "text/offsets.hpp"

using namespace nlp::task;
using nlp::model::Model;
using nlp::text::Span;
using nlp::tokenizer::Tokenizer;

namespace {

// The small checkpoint, one text or many.
struct Small {
  Model model = Model::open(golden::model("bert-ner"));
  Tokenizer tokenizer = Tokenizer::open(golden::model("bert-ner"));

  std::vector<NerResult> run(const std::vector<std::string>& texts, const NerOptions& options) {
    const Ner ner(model, tokenizer, options);
    const auto workspace = model.workspace();
    std::vector<NerText> prepared;
    for (const std::string& text : texts) prepared.push_back(ner.prepare(text));
    return ner(prepared, *workspace);
  }
};

NerOptions options_of(Aggregate aggregate) {
  NerOptions options;
  options.aggregate = aggregate;
  return options;
}

}  // namespace

// The file holds what the reference's pipeline finds with this checkpoint.
TEST_CASE("entities of whole texts are the reference's", "[task]") {
  const std::map<std::string, Aggregate> strategies{{"none", Aggregate::none},
                                                    {"simple", Aggregate::simple},
                                                    {"first", Aggregate::first},
                                                    {"average", Aggregate::average},
                                                    {"max", Aggregate::max}};
  Small small;
  int compared = 0;
  for (const nlp::Json& golden : nlp::read_json(paths::data("task/ner.json"))) {
    const auto text = golden["text"].get<std::string>();
    const nlp::text::Offsets offsets(text, nlp::text::Unit::codepoints);
    for (const auto& [name, expected] : golden["entities"].items()) {
      CAPTURE(text, name);
      const auto entities = small.run({text}, options_of(strategies.at(name)))[0].entities;
      REQUIRE(entities.size() == expected.size());
      for (std::size_t e = 0; e < entities.size(); ++e, ++compared) {
        CHECK(entities[e].label == expected[e][0].get<std::string>());
        CHECK(entities[e].score == Approx(expected[e][1].get<double>()).margin(3e-6));
        CHECK(offsets(entities[e].span) ==
              Span{expected[e][2].get<std::uint32_t>(), expected[e][3].get<std::uint32_t>()});
      }
    }
  }
  CHECK(compared > 200);
}

TEST_CASE("an entity's words carry its tags, and whole words are never cut", "[task]") {
  Small small;
  const std::vector<std::string> texts{"Albert Einstein was born in Ulm, Germany in 1879.", "",
                                       "Zürich 😀 naïve café  (U.S.)", "中文 text"};
  const auto results = small.run(texts, options_of(Aggregate::word));
  REQUIRE(results.size() == texts.size());
  CHECK(results[1].entities.empty());
  CHECK(results[1].words.empty());
  std::vector<std::string> words;
  for (const TaggedWord& word : results[0].words) {
    words.push_back(texts[0].substr(word.span.start, word.span.size()));
  }
  CHECK(words == std::vector<std::string>{"Albert", "Einstein", "was", "born", "in", "Ulm", ",",
                                          "Germany", "in", "1879", "."});
  for (std::size_t b = 0; b < texts.size(); ++b) {
    std::size_t opened = 0;
    for (const TaggedWord& word : results[b].words) {
      if (!word.tag.starts_with("B-")) continue;
      REQUIRE(opened < results[b].entities.size());
      CHECK(word.span.start == results[b].entities[opened].span.start);
      CHECK(word.tag.substr(2) == results[b].entities[opened].label);
      ++opened;
    }
    CHECK(opened == results[b].entities.size());
  }
}

TEST_CASE("words that are given stay whole and have one tag each", "[task]") {
  Small small;
  const Ner ner(small.model, small.tokenizer, {});
  const std::string text = "U.S. troops in St. Paul's";
  const std::vector<Span> columns{{0, 4}, {5, 11}, {12, 14}, {15, 18}, {19, 25}};
  const NerText prepared = ner.prepare(text, columns);
  CHECK(prepared.words == std::vector<std::int32_t>(prepared.words));
  for (std::size_t t = 0; t < prepared.tokens.size(); ++t) {
    const Span token = prepared.tokens.offsets[t];
    const Span column = columns.at(static_cast<std::size_t>(prepared.words[t]));
    CHECK((column.start <= token.start && token.end <= column.end));
  }
  const auto workspace = small.model.workspace();
  const auto result = ner(std::vector{prepared}, *workspace)[0];
  REQUIRE(result.words.size() == columns.size());
  for (std::size_t k = 0; k < columns.size(); ++k) CHECK(result.words[k].span == columns[k]);
}

TEST_CASE("an entity does not depend on neighbours, and a batch's size changes nothing", "[task]") {
  Small small;
  std::vector<std::string> texts;
  for (int k = 0; k < 12; ++k) {
    texts.push_back("Text " + std::to_string(k) + std::string(static_cast<std::size_t>(k), '.') +
                    " of Albert in Ulm");
  }
  NerOptions options;
  const auto together = small.run(texts, options);
  options.fit.batch_tokens = 1;
  const auto apart = small.run(texts, options);
  for (std::size_t b = 0; b < texts.size(); ++b) {
    CHECK(together[b].entities == apart[b].entities);
    CHECK(small.run({texts[b]}, {})[0].entities == together[b].entities);
  }
}

TEST_CASE("a long text is read in windows, each word once, in order", "[task]") {
  Small small;
  std::string text;
  for (int k = 0; k < 200; ++k) text += "Ulm word" + std::to_string(k) + " ";
  NerOptions options = options_of(Aggregate::none);
  options.fit.window = 20;
  const auto result = small.run({text}, options)[0];
  CHECK(result.words.size() >= 400);
  for (std::size_t e = 1; e < result.entities.size(); ++e) {
    CHECK(result.entities[e - 1].span.end <= result.entities[e].span.start);
  }
  // Averaged, the words that one window alone has stay as they are, others change.
  options.fit.merge = Merge::average;
  const auto averaged = small.run({text}, options)[0];
  CHECK(averaged.entities.front() == result.entities.front());
  CHECK_FALSE(averaged.entities == result.entities);
  options.fit.merge = Merge::widest;
  // A text that fits has one window: the same as without windows at all.
  options.fit.window = 0;
  const std::string shorter = text.substr(0, 60);
  const auto whole = small.run({shorter}, options)[0];
  options.fit.fit = Fit::error;
  CHECK(small.run({shorter}, options)[0].entities == whole.entities);
  CHECK_THROWS_AS(small.run({text}, options), nlp::Error);
  options.fit.fit = Fit::truncate;
  const Ner cutting(small.model, small.tokenizer, options);
  const NerText cut = cutting.prepare(text);
  CHECK(cut.truncated);
  CHECK(cut.tokens.size() == 62);
  CHECK(cut.lines.size() >= 400);
}

TEST_CASE("ner refuses a checkpoint without token classes", "[task]") {
  const Model model = Model::open(golden::model("bert-mlm"));
  const Tokenizer tokenizer = Tokenizer::open(golden::model("bert-mlm"));
  try {
    Ner(model, tokenizer, {});
    FAIL("no error");
  } catch (const nlp::Error& error) {
    CHECK(error.kind() == nlp::Kind::model);
  }
}
