#include "train/data/tagged.hpp"

#include "mask/tokens.hpp"
#include "model/model.hpp"
#include "support/golden.hpp"
#include "support/temporary_directory.hpp"
#include "task/ner.hpp"

using namespace nlp::train;
using nlp::tokenizer::Tokenizer;
using Strings = std::vector<std::string>;

namespace {

constexpr std::int32_t kNone = nlp::mask::kIgnored;
const Strings kLabels{"O", "B-PER", "I-PER", "B-LOC", "I-LOC"};

TagSet read(std::string_view bytes, const TagSpec& spec = {}) {
  const TemporaryDirectory folder;
  return read_tagged({folder.write("a.conll", bytes).string()}, spec);
}

// The tags of the first sentence, as BIO2.
Strings bio(const TagSet& set) {
  Strings tags;
  for (const WordTag& tag : set.sentences.at(0).tags) {
    const std::string place = tag.begins ? "B-" : "I-";
    if (tag.kind == WordTag::kOutside)
      tags.push_back("O");
    else if (tag.kind == WordTag::kUnlabelled)
      tags.push_back("-");
    else
      tags.push_back(place + set.kinds[static_cast<std::size_t>(tag.kind)]);
  }
  return tags;
}

// Tags of words w, one each.
Strings bio_of(const Strings& tags) {
  std::string bytes;
  for (const std::string& tag : tags) bytes += "w\t" + tag + "\n";
  return bio(read(bytes));
}

}  // namespace

TEST_CASE("tags of all schemes become BIO2", "[train]") {
  const Strings expected{"B-PER", "I-PER", "B-PER", "O", "B-LOC", "B-PER", "O"};
  CHECK(bio_of(expected) == expected);
  CHECK(bio_of({"I-PER", "I-PER", "B-PER", "O", "I-LOC", "I-PER", "O"}) == expected);
  CHECK(bio_of({"B-PER", "E-PER", "S-PER", "O", "S-LOC", "S-PER", "O"}) == expected);
  CHECK(bio_of({"B-PER", "L-PER", "U-PER", "O", "U-LOC", "U-PER", "O"}) == expected);
  CHECK(bio_of({"PER", "PER", "O", "LOC"}) == Strings{"B-PER", "I-PER", "O", "B-LOC"});
  CHECK(bio_of({"B-PER", "I-PER", "E-PER", "I-PER"}) ==
        Strings{"B-PER", "I-PER", "I-PER", "B-PER"});
  CHECK(bio_of({"I-e-mail", "O-O", "B-"}) == Strings{"B-e-mail", "B-O-O", "B-B-"});
}

TEST_CASE("sentences are columns set apart by tabs or spaces", "[train]") {
  const auto set = read(
      "-DOCSTART- -X- -X- O\r\n\r\nUlm  NNP   B-LOC\r\nlies VBZ O  \n\n\n# sent_id = 7\n"
      "New York\tx\tB-LOC\n#\tO\n# O\n");
  REQUIRE(set.sentences.size() == 2);
  CHECK(set.sentences[0].text == "Ulm lies");
  CHECK(set.sentences[0].place.line == 3);
  CHECK(bio(set) == Strings{"B-LOC", "O"});
  CHECK(set.sentences[1].text == "New York # #");
  CHECK(set.sentences[1].words == std::vector<nlp::text::Span>{{0, 8}, {9, 10}, {11, 12}});
  CHECK_THROWS_WITH(read("Ulm\tO\nlies\n"), ContainsSubstring("a.conll:2: no word and tag"));
  CHECK_THROWS_WITH(read("Ulm\t\n"), ContainsSubstring("a.conll:1: no word and tag"));
  CHECK_THROWS_WITH(read("\tO\n"), ContainsSubstring("a.conll:1: no word and tag"));
  CHECK_THROWS_WITH(read("\n# a = b\n-DOCSTART- O\n"), ContainsSubstring("a.conll: no rows"));
  TagSpec small;
  small.max_line = 20;
  CHECK_THROWS_WITH(read("aaaaaaaa O\naaaaaaaa O\naaaaaaaa O\n", small),
                    ContainsSubstring("a.conll:3: sentence too long"));
}

TEST_CASE("kinds get other names, and those nobody marked are ignored", "[train]") {
  TagSpec spec;
  spec.renamed = {{"geo", "LOC"}, {"tim", "O"}, {"nat", "MISC"}};
  spec.unlabelled = {"MISC"};
  const auto set = read("a\tB-geo\nb\tB-tim\nc\tI-tim\nd\tB-nat\ne\tI-MISC\nf\tO\n", spec);
  CHECK(bio(set) == Strings{"B-LOC", "O", "O", "-", "-", "O"});
  CHECK(set.labels() == Strings{"O", "B-LOC", "I-LOC", "B-MISC", "I-MISC"});
  const auto tokenizer = Tokenizer::open(golden::model("bert-ner"));
  const auto examples = tag_examples(set, set.labels(), tokenizer, {});
  CHECK(examples[0].absent == std::vector<std::uint8_t>{0, 0, 0, 1, 1});
  CHECK(examples[0].labels == std::vector<std::int32_t>{kNone, 1, 0, 0, kNone, kNone, 0, kNone});
  CHECK_THROWS_WITH(tag_examples(set, kLabels, tokenizer, {}),
                    ContainsSubstring("--unlabelled: no kind of entity of the model (expected LOC, "
                                      "PER, got MISC)"));
}

// The tokenizer makes `Al ##ber ##t E ##in ##st ##e ##in ##i ##um was bo ##r ##n in U ##l ##m !`.
TEST_CASE("the first token of each word has the word's label", "[train]") {
  const auto tokenizer = Tokenizer::open(golden::model("bert-ner"));
  const auto set = read("Albert\tB-PER\nEinsteinium\tI-PER\nwas\tO\nborn\tO\nin\tO\nUlm!\tB-LOC\n");
  const auto examples = tag_examples(set, kLabels, tokenizer, {});
  REQUIRE(examples.size() == 1);
  const Example& example = examples[0];
  CHECK(example.ids == tokenizer.encode("Albert Einsteinium was born in Ulm!").ids);
  const std::int32_t n = kNone;
  CHECK(example.labels ==
        std::vector<std::int32_t>{n, 1, n, n, 2, n, n, n, n, n, n, 0, 0, n, n, 0, 3, n, n, n, n});
  CHECK(example.words ==
        std::vector<std::int32_t>{-1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 2, 3, 3, 3, 4, 5, 5, 5, 5, -1});
  CHECK(example.absent.empty());
  TagExampleOptions all;
  all.all_tokens = true;
  CHECK(tag_examples(set, kLabels, tokenizer, all)[0].labels ==
        std::vector<std::int32_t>{n, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0, 3, 3, 3, 3, n});
  CHECK_THROWS_WITH(
      tag_examples(set, {"O", "B-PER", "I-PER"}, tokenizer, {}),
      ContainsSubstring("a.conll") && ContainsSubstring("no label of the model for \"LOC\""));
  CHECK_THROWS_WITH(tag_examples(set, {"B-PER", "I-PER"}, tokenizer, {}),
                    ContainsSubstring("no label `O`"));
}

TEST_CASE("labels follow the scheme of the model", "[train]") {
  const auto tokenizer = Tokenizer::open(golden::model("bert-ner"));
  const auto set = read("a\tB-X\na\tI-X\na\tI-X\na\tB-X\na\tO\na\tB-X\n");
  const auto of = [&](const Strings& labels) {
    std::vector<std::int32_t> found;
    const auto examples = tag_examples(set, labels, tokenizer, {});
    for (const std::int32_t label : examples[0].labels)
      if (label != kNone) found.push_back(label);
    return found;
  };
  CHECK(of({"O", "B-X", "I-X"}) == std::vector<std::int32_t>{1, 2, 2, 1, 0, 1});
  CHECK(of({"B-X", "E-X", "I-X", "O", "S-X"}) == std::vector<std::int32_t>{0, 2, 1, 4, 3, 4});
  CHECK(of({"O", "B-X", "I-X", "L-X", "U-X"}) == std::vector<std::int32_t>{1, 2, 3, 4, 0, 4});
  CHECK(of({"O", "I-X"}) == std::vector<std::int32_t>{1, 1, 1, 1, 0, 1});
  CHECK(of({"X", "O"}) == std::vector<std::int32_t>{0, 0, 0, 0, 1, 0});
}

TEST_CASE("a long sentence is taught in windows, each word once", "[train]") {
  const auto tokenizer = Tokenizer::open(golden::model("bert-ner"));
  std::string bytes;
  for (int k = 0; k < 60; ++k) bytes += k % 3 == 0 ? "Ulm\tB-LOC\n" : "in\tO\n";
  const auto set = read(bytes);
  TagExampleOptions options;
  options.max_tokens = 20;
  std::vector<std::int32_t> taught;
  for (const Example& example : tag_examples(set, kLabels, tokenizer, options)) {
    CHECK(example.ids.size() <= 20);
    CHECK(example.labels.size() == example.ids.size());
    CHECK(example.special.size() == example.ids.size());
    for (const std::int32_t label : example.labels)
      if (label != kNone) taught.push_back(label);
  }
  REQUIRE(taught.size() == 60);
  for (std::size_t k = 0; k < 60; ++k) CHECK(taught[k] == (k % 3 == 0 ? 3 : 0));
  options.max_tokens = 2;
  CHECK_THROWS_WITH(tag_examples(set, kLabels, tokenizer, options),
                    ContainsSubstring("expected more than the template's 2"));
}

// What is trained is what `nlp ner --input conll` reads.
TEST_CASE("words become tokens as for inference", "[train]") {
  const auto model = nlp::model::Model::open(golden::model("bert-ner"));
  const auto tokenizer = Tokenizer::open(golden::model("bert-ner"));
  const nlp::task::Ner ner(model, tokenizer, {});
  const auto set = read(
      "U.S.\tO\n(\tO\n\xE4\xB8\xAD\xE6\x96\x87\tO\n\x01\tO\n...\tO\nNew "
      "York\tO\n[MASK]x\tO\n\xF0\x9F\x98\x80\tO\n");
  const auto examples = tag_examples(set, kLabels, tokenizer, {});
  const auto& sentence = set.sentences[0];
  const auto prepared = ner.prepare(sentence.text, sentence.words);
  const std::vector<std::int32_t> words(examples[0].words.begin() + 1, examples[0].words.end() - 1);
  CHECK(words == prepared.words);
  std::vector<std::int32_t> labelled;
  for (std::size_t t = 0; t < words.size(); ++t)
    if (examples[0].labels[t + 1] != kNone) labelled.push_back(words[t]);
  CHECK(labelled == std::vector<std::int32_t>{0, 1, 2, 4, 5, 6, 7});  // U+0001 has no token
}
