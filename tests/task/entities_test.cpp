#include "task/entities.hpp"

#include <map>

#include "base/json.hpp"
#include "support/catch.hpp"
#include "support/paths.hpp"

using namespace nlp::task;
using nlp::text::Span;

namespace {

const std::vector<std::string> kLabels{"O",     "B-PER", "I-PER",  "B-ORG", "I-ORG",
                                       "B-LOC", "I-LOC", "B-MISC", "I-MISC"};

// Byte positions of a text's code points, with its end.
std::vector<std::uint32_t> code_point_starts(const std::string& text) {
  std::vector<std::uint32_t> starts;
  for (std::uint32_t byte = 0; byte < text.size(); ++byte) {
    if ((static_cast<unsigned char>(text[byte]) & 0xC0) != 0x80) starts.push_back(byte);
  }
  starts.push_back(static_cast<std::uint32_t>(text.size()));
  return starts;
}

// Words of one token each, at [0,1), [2,3), …, with the label's index as given.
ScoredTokens words_of(const std::vector<int>& labels, std::size_t count, double score = 0.9) {
  ScoredTokens tokens;
  for (std::size_t t = 0; t < labels.size(); ++t) {
    const auto start = static_cast<std::uint32_t>(2 * t);
    tokens.offsets.push_back({start, start + 1});
    tokens.words.push_back(static_cast<std::int32_t>(t));
    tokens.subwords.push_back(0);
    for (std::size_t c = 0; c < count; ++c) {
      tokens.scores.push_back(
          static_cast<int>(c) == labels[t] ? score : (1 - score) / static_cast<double>(count - 1));
    }
  }
  return tokens;
}

// Labels and spans alone, as `PER 0-3`.
std::vector<std::string> told(const std::vector<Entity>& entities) {
  std::vector<std::string> result;
  for (const Entity& entity : entities) {
    result.push_back(entity.label + " " + std::to_string(entity.span.start) + "-" +
                     std::to_string(entity.span.end));
  }
  return result;
}

using Told = std::vector<std::string>;

}  // namespace

// The file holds what TokenClassificationPipeline.aggregate made of these tokens and scores,
// without entities that have no text.
TEST_CASE("none, simple, first, average and max equal the reference", "[task]") {
  const std::map<std::string, Aggregate> strategies{{"none", Aggregate::none},
                                                    {"simple", Aggregate::simple},
                                                    {"first", Aggregate::first},
                                                    {"average", Aggregate::average},
                                                    {"max", Aggregate::max}};
  const LabelScheme labels(kLabels);
  int compared = 0;
  for (const nlp::Json& golden : nlp::read_json(paths::data("task/aggregate.json"))) {
    const auto text = golden["text"].get<std::string>();
    const bool prefixed = golden["tokenizer"] == "bert-ner";
    CAPTURE(text, prefixed);
    const auto starts = code_point_starts(text);
    const auto span = [&](const nlp::Json& from, const nlp::Json& to) {
      return Span{starts.at(from.get<std::size_t>()), starts.at(to.get<std::size_t>())};
    };
    ScoredTokens tokens;
    for (const auto& pair : golden["offsets"]) tokens.offsets.push_back(span(pair[0], pair[1]));
    for (const auto& row : golden["scores"]) {
      for (const double score : row) tokens.scores.push_back(score);
    }
    tokens.words.resize(tokens.offsets.size());
    tokens.subwords =
        reference_subwords(text, tokens.offsets, golden["tokens"].get<std::vector<std::string>>(),
                           golden["unknown"].get<std::vector<std::uint8_t>>(), prefixed);
    CHECK(tokens.subwords == golden["subword"].get<std::vector<std::uint8_t>>());
    for (const auto& [name, expected] : golden["entities"].items()) {
      CAPTURE(name);
      const auto entities = aggregate(tokens, labels, strategies.at(name));
      REQUIRE(entities.size() == expected.size());
      for (std::size_t e = 0; e < entities.size(); ++e, ++compared) {
        const auto label = expected[e][0].get<std::string>();
        CHECK(entities[e].label == (name == "none" ? label.substr(2) : label));
        CHECK(entities[e].score == Approx(expected[e][1].get<double>()).margin(2e-6));
        CHECK(entities[e].span == span(expected[e][2], expected[e][3]));
      }
    }
  }
  CHECK(compared > 500);
}

TEST_CASE("words repair BIO labels: an I- without its entity opens one", "[task]") {
  const LabelScheme labels(kLabels);
  const auto entities = [&](const std::vector<int>& ids) {
    return told(aggregate(words_of(ids, 9), labels, Aggregate::word));
  };
  CHECK(entities({1, 2, 0, 5}) == Told{"PER 0-3", "LOC 6-7"});
  CHECK(entities({2, 2, 4, 6}) == Told{"PER 0-3", "ORG 4-5", "LOC 6-7"});
  CHECK(entities({1, 1, 2}) == Told{"PER 0-1", "PER 2-5"});
  CHECK(entities({0, 0}).empty());
  CHECK(entities({}).empty());
}

TEST_CASE("words repair BIOES and BILOU labels", "[task]") {
  // O B I E S L U
  const LabelScheme labels({"O", "B-X", "I-X", "E-X", "S-X", "L-X", "U-X", "S-Y", "B-O"});
  const auto entities = [&](const std::vector<int>& ids) {
    return told(aggregate(words_of(ids, 9), labels, Aggregate::word));
  };
  CHECK(entities({1, 2, 3, 4, 4}) == Told{"X 0-5", "X 6-7", "X 8-9"});
  CHECK(entities({1, 5, 2, 5, 6}) == Told{"X 0-3", "X 4-7", "X 8-9"});
  CHECK(entities({3, 3}) == Told{"X 0-1", "X 2-3"});
  CHECK(entities({1, 7, 2}) == Told{"X 0-1", "Y 2-3", "X 4-5"});
  CHECK(entities({1, 8, 2}) == Told{"X 0-1", "X 4-5"});  // B-O is outside
}

TEST_CASE("labels without B- and I- group by themselves, and a dash in them stays", "[task]") {
  const LabelScheme labels({"O", "S-Bahn", "PER", "I-LOC"});
  CHECK(told(aggregate(words_of({1, 1, 2, 3, 0, 2}, 4), labels, Aggregate::word)) ==
        Told{"S-Bahn 0-3", "PER 4-5", "LOC 6-7", "PER 10-11"});
}

TEST_CASE("a word has the label of its first token, an entity the mean score of its words",
          "[task]") {
  const LabelScheme labels({"O", "B-A", "I-A"});
  ScoredTokens tokens;
  tokens.offsets = {{0, 2}, {2, 4}, {5, 6}};
  tokens.words = {0, 0, 1};
  tokens.subwords = {0, 1, 0};
  tokens.scores = {0.1, 0.8, 0.1, 0.9, 0.05, 0.05, 0.2, 0.2, 0.6};
  const auto entities = aggregate(tokens, labels, Aggregate::word);
  REQUIRE(entities.size() == 1);
  CHECK(entities[0].span == Span{0, 6});
  CHECK(entities[0].score == Approx(0.7));
}

TEST_CASE("words cover their tokens and pass over tokens without text", "[task]") {
  const std::vector<Span> offsets{{0, 0}, {0, 2}, {2, 5}, {6, 6}, {7, 9}};
  CHECK(word_spans(offsets, std::vector<std::int32_t>{0, 0, 0, 1, 2}) ==
        std::vector<Span>{{0, 5}, {7, 9}});
  CHECK(word_spans({}, {}).empty());
}

TEST_CASE("punctuation stands apart where the pre-tokenizer leaves it at a word", "[task]") {
  const std::string text = "(Ulm,) U.S. …x";
  const std::vector<Span> offsets{{0, 1},  {1, 4},   {4, 5},   {5, 6},   {7, 8},  {8, 9},
                                  {9, 10}, {10, 11}, {12, 15}, {12, 15}, {15, 16}};
  const std::vector<std::int32_t> words{0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2};
  CHECK(split_punctuation(text, offsets, words) ==
        std::vector<std::int32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 9});
  CHECK(split_punctuation("ab", std::vector<Span>{{0, 1}, {1, 2}},
                          std::vector<std::int32_t>{3, 3}) == std::vector<std::int32_t>{0, 0});
}

TEST_CASE("every entity opens with B- in its first word", "[task]") {
  const std::vector<Span> words{{0, 3}, {4, 8}, {9, 12}, {13, 14}};
  const std::vector<Entity> entities{{"A", 1, {0, 8}}, {"A", 1, {9, 12}}};
  CHECK(
      tag_words(words, entities, true) ==
      std::vector<TaggedWord>{{{0, 3}, "B-A"}, {{4, 8}, "I-A"}, {{9, 12}, "B-A"}, {{13, 14}, "O"}});
  CHECK(tag_words(words, {}, true).size() == 4);
}

TEST_CASE("a word with an entity's border inside is split, or kept with its first entity",
          "[task]") {
  const std::vector<Span> words{{0, 10}, {11, 15}};
  const std::vector<Entity> entities{{"A", 1, {2, 4}}, {"B", 1, {4, 6}}, {"C", 1, {8, 13}}};
  CHECK(tag_words(words, entities, true) == std::vector<TaggedWord>{{{0, 2}, "O"},
                                                                    {{2, 4}, "B-A"},
                                                                    {{4, 6}, "B-B"},
                                                                    {{6, 8}, "O"},
                                                                    {{8, 10}, "B-C"},
                                                                    {{11, 13}, "I-C"},
                                                                    {{13, 15}, "O"}});
  CHECK(tag_words(words, entities, false) ==
        std::vector<TaggedWord>{{{0, 10}, "B-A"}, {{11, 15}, "B-C"}});
}
