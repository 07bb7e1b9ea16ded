// What tokenizer.json may say about the stages around the model, and how it is refused.
#include <string>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "tokenizer/tokenizer.hpp"

using nlp::tokenizer::Tokenizer;

namespace {
std::string stages(const std::string& members) {
  return R"({"added_tokens": [], )" + members +
         R"("model": {"type": "WordLevel", "unk_token": "?",
         "vocab": {"?": 0, "a": 1, "b": 2, "Ġa": 3, "▁a": 4, "Ġ": 5, "<s>": 6, "</s>": 7}}})";
}

Tokenizer open(const TemporaryDirectory& directory, const std::string& members) {
  directory.write("tokenizer.json", stages(members));
  return Tokenizer::open(directory.path());
}

std::string complaint(const std::string& members) {
  const TemporaryDirectory directory;
  try {
    open(directory, members);
  } catch (const nlp::Error& error) {
    CHECK(error.kind() == nlp::Kind::model);
    return error.what();
  }
  return "none";
}

bool tells(const std::string& message, const std::string& part) {
  return message.find(part) != std::string::npos;
}
}  // namespace

TEST_CASE("a part of a type that is not known is refused by its name and place", "[tokenizer]") {
  CHECK(tells(complaint(R"("normalizer": {"type": "Foo"},)"),
              "tokenizer.json:/normalizer: type \"Foo\" is not supported (known: BertNormalizer"));
  CHECK(tells(complaint(R"("normalizer": {"type": "Sequence", "normalizers": [{"type": "Foo"}]},)"),
              "/normalizer/normalizers/0: type \"Foo\""));
  CHECK(tells(complaint(R"("pre_tokenizer": {"type": "Foo"},)"), "type \"Foo\""));
  CHECK(tells(complaint(R"("post_processor": {"type": "Foo"},)"), "type \"Foo\""));
  CHECK(tells(complaint(R"("decoder": {"type": "Foo"},)"), "type \"Foo\""));
}

TEST_CASE("a part that says what cannot be is refused", "[tokenizer]") {
  CHECK(tells(complaint(R"("pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(a"},
                        "behavior": "Isolated", "invert": false},)"),
              "/pre_tokenizer/pattern/Regex: the pattern cannot be compiled"));
  CHECK(tells(complaint(R"("pre_tokenizer": {"type": "Split", "pattern": {"String": "a"},
                        "behavior": "isolated", "invert": false},)"),
              "\"isolated\" is not supported"));
  CHECK(tells(complaint(R"("pre_tokenizer": {"type": "Metaspace", "replacement": "ab"},)"),
              "is not one character"));
  CHECK(tells(complaint(R"("pre_tokenizer": {"type": "Metaspace", "replacement": "_",
                        "add_prefix_space": false, "prepend_scheme": "first"},)"),
              "add_prefix_space is false, but prepend_scheme is first"));
  CHECK(tells(complaint(R"("pre_tokenizer": {"type": "FixedLength", "length": 0},)"),
              "out of range"));
  CHECK(tells(complaint(R"("normalizer": {"type": "Strip", "strip_left": true},)"),
              "has no \"strip_right\""));
  const std::string bert = R"({"type": "BertProcessing", "cls": ["<s>", 6], "sep": ["</s>", 7]})";
  CHECK(tells(complaint(R"("post_processor": {"type": "Sequence", "processors": [)" + bert + "," +
                        bert + "]},"),
              "second template"));
}

TEST_CASE("old files leave types out", "[tokenizer]") {
  CHECK(complaint(R"("normalizer": {"strip_left": true, "strip_right": false},)") == "none");
  CHECK(complaint(R"("normalizer": {"lowercase": true, "strip_accents": null},)") == "none");
  CHECK(complaint(R"("normalizer": {"normalizers": [{"prepend": "a"}]},)") == "none");
  CHECK(complaint(R"("decoder": {"suffix": "</w>"},)") == "none");
  CHECK(complaint(R"("post_processor": {"cls": ["<s>", 6], "sep": ["</s>", 7]},)") == "none");
  const TemporaryDirectory directory;
  const Tokenizer old =
      open(directory, R"("pre_tokenizer": {"type": "Metaspace", "replacement": "▁",
                    "str_rep": "▁", "add_prefix_space": true},)");
  CHECK(old.encode("a a").ids == std::vector<std::int32_t>{4, 4});
}

TEST_CASE("tokenizer_config.json of a RoBERTa class overrules add_prefix_space, and says so",
          "[tokenizer]") {
  const TemporaryDirectory directory;
  const std::string parts = R"("pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": true,
      "trim_offsets": true}, "post_processor": {"type": "RobertaProcessing", "cls": ["<s>", 6],
      "sep": ["</s>", 7], "trim_offsets": false, "add_prefix_space": true},)";
  const auto ids = [](const Tokenizer& tokenizer) { return tokenizer.encode("a").ids; };
  using Ids = std::vector<std::int32_t>;
  CHECK(ids(open(directory, parts)) == Ids{6, 3, 7});
  directory.write("tokenizer_config.json", R"({"tokenizer_class": "RobertaTokenizerFast"})");
  const Tokenizer overruled = open(directory, parts);
  CHECK(ids(overruled) == Ids{6, 1, 7});
  CHECK(overruled.provenance().size() == 3);
  CHECK(tells(overruled.provenance()[1], "overrules add_prefix_space"));
  CHECK(overruled.encode(" a").offsets[1].start == 1);  // trims, as the class does
  directory.write("tokenizer_config.json",
                  R"({"tokenizer_class": "RobertaTokenizer", "add_prefix_space": true})");
  CHECK(ids(open(directory, parts)) == Ids{6, 3, 7});
  directory.write("tokenizer_config.json", R"({"tokenizer_class": "PreTrainedTokenizerFast"})");
  CHECK(ids(open(directory, parts)) == Ids{6, 3, 7});
}

TEST_CASE("the time for a line grows as its length, with spaces and without", "[tokenizer]") {
  constexpr std::size_t kMegabytes = 3;
  const std::string parts[] = {
      R"("pre_tokenizer": {"type": "BertPreTokenizer"},)",
      R"("pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true},)",
      R"("pre_tokenizer": {"type": "Metaspace", "replacement": "▁"},)",
      R"("pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "FixedLength", "length": 3},
         {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first"}]},)",
      R"("normalizer": {"type": "Replace", "pattern": {"String": "a"}, "content": "bb"},)",
      R"("normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKC"},
         {"type": "StripAccents"}, {"type": "Strip", "strip_left": true, "strip_right": true}]},)",
      R"("pre_tokenizer": {"type": "Split", "pattern": {"Regex": "\\s+"}, "behavior": "MergedWithNext",
         "invert": false},)",
  };
  const TemporaryDirectory directory;
  for (const std::string& part : parts) {
    INFO(part);
    const Tokenizer tokenizer = open(directory, part);
    for (const std::string unit : {"a", " ", "a ", "\u00e9\u0301", "'"}) {
      std::string line;
      while (line.size() < kMegabytes << 20) line += unit;
      // Quadratic work would not end within the test's time.
      const auto tokens = tokenizer.tokenize(line);
      CHECK(tokens.ids.size() == tokens.offsets.size());
    }
  }
}
