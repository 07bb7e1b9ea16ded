// How the model of tokenizer.json is read, and what is refused.
#include <string>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "tokenizer/tokenizer.hpp"

using nlp::tokenizer::Tokenizer;

namespace {
Tokenizer open(const std::string& model) {
  const TemporaryDirectory directory;
  directory.write("tokenizer.json", "{\"model\": " + model + "}");
  return Tokenizer::open(directory.path());
}

std::vector<std::string> tokens(const std::string& model, const std::string& text) {
  const Tokenizer tokenizer = open(model);
  return tokenizer.surfaces(tokenizer.encode(text));
}

std::string refusal(const std::string& model) {
  try {
    open(model);
  } catch (const nlp::Error& error) {
    CHECK(error.kind() == nlp::Kind::model);
    return error.what();
  }
  return "read";
}

using Strings = std::vector<std::string>;
const std::string kVocab = R"("vocab": {"a": 0, "##b": 1, "ab": 2, "b": 3})";
}  // namespace

TEST_CASE("a model without type is known by its members", "[tokenizer]") {
  CHECK(tokens("{" + kVocab + R"(, "merges": ["a b"], "unk_token": "a"})", "ab!") ==
        Strings{"ab", "a"});
  CHECK(tokens("{" + kVocab + R"(, "merges": [], "unk_token": "a"})", "ab") == Strings{"a", "b"});
  CHECK(tokens("{" + kVocab + R"(, "unk_token": "a", "continuing_subword_prefix": "##",
                                  "max_input_chars_per_word": 9})",
               "abb") == Strings{"ab", "##b"});
  CHECK(tokens("{" + kVocab + R"(, "unk_token": "b", "continuing_subword_prefix": "##"})", "abb") ==
        Strings{"b"});
  CHECK(tokens(R"({"vocab": [["a", -1.0], ["ab", -1]], "unk_id": 0})", "abx") ==
        Strings{"ab", "x"});
  CHECK_THAT(refusal("{}"), ContainsSubstring("has no type"));
}

TEST_CASE("merges are strings or pairs", "[tokenizer]") {
  for (const char* merges : {R"(["#version: 0.2", "a b"])", R"([["a", "b"]])"})
    CHECK(tokens(R"({"type": "BPE", )" + kVocab + R"(, "merges": )" + merges + "}", "ab") ==
          Strings{"ab"});
  for (const char* merges : {R"(["ab"])", R"(["a b b"])", R"([["a"]])", R"([["a", 1]])", "[1]"})
    CHECK_THAT(refusal(R"({"type": "BPE", )" + kVocab + R"(, "merges": )" + merges + "}"),
               ContainsSubstring("entry 0 is not a merge"));
  CHECK_THAT(refusal(R"({"type": "BPE", )" + kVocab + R"(, "merges": ["a x"]})"),
             ContainsSubstring("\"x\""));
  CHECK_THAT(refusal(R"({"type": "BPE", )" + kVocab + R"(, "merges": ["b a"]})"),
             ContainsSubstring("\"ba\""));
}

TEST_CASE("dropout is refused, since tokens would be a matter of chance", "[tokenizer]") {
  CHECK(refusal(R"({"type": "BPE", "dropout": 0.0, "merges": [], )" + kVocab + "}") == "read");
  CHECK(refusal(R"({"type": "BPE", "dropout": null, "merges": [], )" + kVocab + "}") == "read");
  CHECK_THAT(refusal(R"({"type": "BPE", "dropout": 0.1, "merges": [], )" + kVocab + "}"),
             ContainsSubstring("dropout"));
}

TEST_CASE("models that are broken or not supported are refused by name", "[tokenizer]") {
  CHECK_THAT(refusal(R"({"type": "Bigram"})"), ContainsSubstring("\"Bigram\" is not supported"));
  CHECK_THAT(refusal(R"({"type": "BPE", "vocab": {}})"), ContainsSubstring("merges"));
  CHECK_THAT(refusal(R"({"type": "WordLevel", "vocab": {}})"), ContainsSubstring("unk_token"));
  CHECK_THAT(refusal(R"({"type": "WordLevel", "vocab": {"a": -1}, "unk_token": "a"})"),
             ContainsSubstring("wrong id"));
  CHECK_THAT(refusal(R"({"type": "Unigram", "vocab": [["a"]]})"), ContainsSubstring("entry 0"));
  CHECK_THAT(refusal(R"({"type": "Unigram", "vocab": [["a", null]]})"),
             ContainsSubstring("entry 0"));
  CHECK_THAT(refusal(R"({"type": "Unigram", "vocab": [["a", 0]], "unk_id": 1})"),
             ContainsSubstring("unk_id"));
  CHECK_THAT(refusal(R"({"type": "Unigram", "vocab": [], "unk_id": 0})"),
             ContainsSubstring("unk_id"));
}

TEST_CASE("a word that WordLevel does not know is the unknown token, if there is one",
          "[tokenizer]") {
  const std::string model = R"({"type": "WordLevel", "vocab": {"a": 0, "u": 1}, "unk_token": )";
  CHECK(tokens(model + "\"u\"}", "a") == Strings{"a"});
  CHECK(tokens(model + "\"u\"}", "ab") == Strings{"u"});
  CHECK_THROWS_AS(tokens(model + "\"none\"}", "ab"), nlp::Error);
}
