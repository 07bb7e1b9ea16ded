#include "train/data/texts.hpp"

#include "support/golden.hpp"
#include "support/temporary_directory.hpp"
#include "train/data/pairs.hpp"

using namespace nlp::train;
using nlp::tokenizer::Tokenizer;
using Strings = std::vector<std::string>;

TEST_CASE("labels are sorted by number where all are numbers", "[train]") {
  CHECK(sorted_labels({"10", "9", "10", "-1"}) == Strings{"-1", "9", "10"});
  CHECK(sorted_labels({"10", "9", "b", "a", "b"}) == Strings{"10", "9", "a", "b"});
  CHECK(number_of("1e3") == 1000.0);
  for (const char* text : {"", "nan", "inf", "1 ", " 1", "1x", "0x10"}) {
    CAPTURE(text);
    CHECK_FALSE(number_of(text));
  }
}

TEST_CASE("a label is found by its name, its new name, or its number", "[train]") {
  const LabelIds labels({"neg", "pos"}, read_renamed({"good=pos", "a=b=c"}));
  CHECK(labels.find("pos") == 1);
  CHECK(labels.find("good") == 1);
  CHECK(labels.find("0") == 0);
  CHECK_FALSE(labels.find("2"));
  CHECK_FALSE(labels.find("-1"));
  CHECK_FALSE(labels.find("a"));
  CHECK_FALSE(labels.find(""));
  const LabelIds stars({"1", "2"});
  CHECK(stars.find("1") == 0);
  CHECK_FALSE(stars.find("0"));  // not the id of `1`
  for (const char* pair : {"a", "=a", "a="}) CHECK_THROWS_AS(read_renamed({pair}), nlp::Error);
}

TEST_CASE("what a file says is short and without control characters in messages", "[train]") {
  CHECK(shown(std::string("a\0\n\"", 4)) == "\"a\\u0000\\n\\\"\"");
  std::string most, more;
  for (int k = 0; k < 30; ++k) most += "\xC3\xA4";
  for (int k = 0; k < 31; ++k) more += "\xC3\xA4";
  CHECK(shown(most) == "\"" + most + "\"");
  CHECK(shown(more) == "\"" + most + "\"…");
  CHECK(shown("x" + most) == "\"x" + most.substr(2) + "\"…");
}

TEST_CASE("sets of labelled texts are read from several files", "[train]") {
  const TemporaryDirectory folder;
  const auto tsv = folder.write("a.tsv", "sentence\tlabel\ngood\t1\nbad\t0\n").string();
  const auto json = folder.write("b.jsonl", "{\"text\":\"so so\",\"label\":10}\n").string();
  const auto set = read_texts({tsv, json}, {});
  REQUIRE(set.texts.size() == 3);
  CHECK(set.labels() == Strings{"0", "1", "10"});
  CHECK(set.texts[2].text == "so so");
  CHECK(set.texts[2].place.file == 1);
  CHECK(set.texts[1].place.line == 3);
  const auto read = [&](std::string_view bytes, Target target, bool pairs = false) {
    const auto file = folder.write("c.tsv", bytes).string();
    return read_texts({file}, {.target = target, .pairs = pairs, .table = {}}).texts;
  };
  const auto several = read("a\t4, 27\nb\t\nc\t3\n", Target::labels);
  CHECK(several[0].labels == Strings{"4", "27"});
  CHECK(several[1].labels.empty());
  CHECK(several[2].labels == Strings{"3"});
  CHECK(read("a\t-1.5\n", Target::number)[0].number == -1.5f);
  const auto paired = read("a\tb\tx\n", Target::label, true);
  CHECK(paired[0].pair == "b");
  CHECK(paired[0].labels == Strings{"x"});
  CHECK_THROWS_WITH(read("a\t1\na\tb\n", Target::number),
                    ContainsSubstring("c.tsv:2: label: not a number (got \"b\")"));
  CHECK_THROWS_WITH(read("a\t\n", Target::label), ContainsSubstring("c.tsv:1: no label"));
  for (const char* nothing : {"", "\n\n", "text\tlabel\n"})
    CHECK_THROWS_WITH(read(nothing, Target::label), ContainsSubstring("c.tsv: no rows"));
  const auto list = folder.write("d.jsonl", "{\"text\":\"a\",\"labels\":[\"x\",3]}").string();
  CHECK(
      read_texts({list}, {.target = Target::labels, .pairs = false, .table = {}}).texts[0].labels ==
      Strings{"x", "3"});
  CHECK_THROWS_WITH(read_texts({list}, {}), ContainsSubstring("d.jsonl:1: a list of labels"));
}

TEST_CASE("examples of texts are the tokenizer's inputs with ids of labels", "[train]") {
  const auto tokenizer = Tokenizer::open(golden::model("bert-sentiment"));
  const TemporaryDirectory folder;
  const auto file =
      folder.write("a.tsv", "Where is Ulm ?\tUlm is old.\tpos\nBad !\tNo.\tneg\n").string();
  const auto set = read_texts({file}, {.target = Target::label, .pairs = true, .table = {}});
  const LabelIds labels({"neg", "pos"});
  const auto made = text_examples(set, Target::label, labels, tokenizer, {.max_tokens = 80});
  REQUIRE(made.examples.size() == 2);
  CHECK(made.truncated == 0);
  const auto encoding = tokenizer.encode("Where is Ulm ?", "Ulm is old.");
  CHECK(made.examples[0].ids == encoding.ids);
  CHECK(made.examples[0].type_ids == encoding.type_ids);
  CHECK(made.examples[0].special == encoding.special);
  CHECK(made.examples[0].words == encoding.words);
  CHECK(made.examples[0].labels == std::vector<std::int32_t>{1});
  CHECK(made.examples[1].labels == std::vector<std::int32_t>{0});
  CHECK(made.examples[0].scores.empty());
  const auto several = text_examples(set, Target::labels, labels, tokenizer, {.max_tokens = 10});
  CHECK(several.examples[0].scores == std::vector<float>{0, 1});
  CHECK(several.examples[0].labels.empty());
  CHECK(several.truncated == 1);
  CHECK(several.examples[0].ids.size() == 10);
  CHECK_THROWS_WITH(
      text_examples(set, Target::label, LabelIds({"pos", "x"}), tokenizer, {}),
      ContainsSubstring("a.tsv:2: label \"neg\" is none of the model's (expected pos, x)"));
  CHECK_THROWS_WITH(text_examples(set, Target::label, labels, tokenizer, {.max_tokens = 4}),
                    ContainsSubstring("a.tsv:1: too long a text"));
}

TEST_CASE("pairs for vectors have scores or none", "[train]") {
  const TemporaryDirectory folder;
  const auto csv =
      folder.write("a.csv", "\"A man, old.\",A man.,4.75\nA \"cat\".,A dog.,0\n").string();
  const auto scored = read_pairs({csv}, {});
  REQUIRE(scored.pairs.size() == 2);
  CHECK(scored.pairs[0].text == "A man, old.");
  CHECK(scored.pairs[0].score == 4.75f);
  CHECK(scored.pairs[1].text == "A \"cat\".");
  CHECK_THROWS_WITH(read_pairs({csv}, {.kind = PairKind::matched, .table = {}}),
                    ContainsSubstring("a.csv:1: columns of a row (expected text,pair, got 3)"));
  const auto json = folder.write("b.jsonl", "{\"text\":\"a\",\"pair\":\"b\"}\n").string();
  CHECK(read_pairs({json}, {.kind = PairKind::matched, .table = {}}).pairs[0].pair == "b");
  CHECK_THROWS_WITH(read_pairs({json}, {}), ContainsSubstring("no `score`"));
  const auto lines = folder.write("c.txt", "one\ntwo, three\n").string();
  const auto single = read_pairs({lines}, {.kind = PairKind::single, .table = {}});
  CHECK(single.pairs[1].text == "two, three");
  const auto tokenizer = Tokenizer::open(golden::model("bert-sentiment"));
  const auto made =
      pair_examples(scored, PairKind::scored, "query: ", tokenizer, {.max_tokens = 80});
  CHECK(made.examples[0].text.ids == tokenizer.encode("query: A man, old.").ids);
  CHECK(made.examples[1].pair.ids == tokenizer.encode("query: A dog.").ids);
  CHECK(made.examples[0].score == 4.75f);
  CHECK(pair_examples(single, PairKind::single, "", tokenizer, {}).examples[0].pair.ids.empty());
}
