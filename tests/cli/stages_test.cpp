#include <algorithm>

#include "base/cbor.hpp"
#include "support/program.hpp"

using nlp::Json;
using program::Arguments;
using program::model;
using program::records;
using program::run;

namespace {

const std::string kText =
    "the cat sat on the mat and a dog ran after the big red ball\n"
    "the second line, with a few more words in it\n";

std::string stage(Arguments arguments, const std::string& input, bool cbor = false) {
  arguments.insert(arguments.begin() + 1, {"-m", model("bert-mlm")});
  if (cbor) arguments.insert(arguments.end(), {"--wire", "cbor"});
  const auto ended = run(arguments, input);
  INFO(ended.err);
  REQUIRE(ended.exit == 0);
  return ended.out;
}

std::vector<Json> parsed(const std::string& text) {
  std::vector<Json> found;
  for (const auto& line : program::lines(text)) found.push_back(Json::parse(line));
  return found;
}

}  // namespace

TEST_CASE("stages compose, and predict reads hidden as it reads ids", "[cli]") {
  std::vector<std::string> seen;
  for (const bool cbor : {false, true}) {
    const auto tokens = stage({"tokenize"}, kText, cbor);
    const auto masked = stage({"mask", "--probability", "0.5", "--seed", "3"}, tokens, cbor);
    const auto encoded = stage({"encode"}, masked, cbor);
    const auto of_hidden = parsed(stage({"predict", "--json"}, encoded));
    const auto of_ids = parsed(stage({"predict", "--json"}, masked));
    REQUIRE(of_hidden.size() == 2);
    for (std::size_t k = 0; k < of_hidden.size(); ++k) {
      CHECK(of_hidden[k]["predictions"] == of_ids[k]["predictions"]);
      CHECK(of_hidden[k]["loss"] == of_ids[k]["loss"]);
      CHECK(of_ids[k]["loss"].get<double>() > 0);
      const auto ids = of_ids[k]["ids"].get<std::vector<int>>();
      CHECK(of_ids[k]["predictions"].size() ==
            static_cast<std::size_t>(std::count(ids.begin(), ids.end(), 4)));
      seen.push_back(of_ids[k].dump());
    }
  }
  CHECK(seen[0] == seen[2]);
  CHECK(seen[1] == seen[3]);
}

TEST_CASE("labels tell what stood where a token was chosen", "[cli]") {
  const auto before = parsed(stage({"tokenize", "--json"}, kText));
  for (const char* how : {"--whole-word", "--span", "-q"}) {
    const auto after = parsed(stage({"mask", "--json", "--seed", "7", "--probability", "0.4", how},
                                    stage({"tokenize", "--json"}, kText)));
    for (std::size_t k = 0; k < before.size(); ++k) {
      int chosen = 0;
      for (std::size_t t = 0; t < before[k]["ids"].size(); ++t) {
        const int label = after[k]["labels"][t];
        if (label == -100) {
          CHECK(after[k]["ids"][t] == before[k]["ids"][t]);
        } else {
          CHECK(label == before[k]["ids"][t]);
          CHECK(before[k]["special"][t] == 0);
          ++chosen;
        }
      }
      CHECK(chosen > 0);
    }
  }
}

TEST_CASE("masking plain text tells the words, and they rejoin", "[cli]") {
  for (int words = 1; words <= 3; ++words) {
    const Arguments arguments = {"mask", "--json", "--seed", "5", "--words", std::to_string(words)};
    const auto found = parsed(stage(arguments, kText));
    CHECK(stage(arguments, kText) == stage(arguments, kText));
    for (const Json& record : found) {
      const std::string original = record["original"];
      std::string text = record["text"];
      REQUIRE(record["masked"].size() == static_cast<std::size_t>(words));
      for (const Json& masked : record["masked"]) {
        const std::string word = masked["word"];
        CHECK(original.substr(masked["start"], word.size()) == word);
        text.replace(text.find("[MASK]"), 6, word);
      }
      CHECK(text == original);
    }
  }
}

TEST_CASE("decode gives the text of ids", "[cli]") {
  const auto tokens = stage({"tokenize", "--json"}, "hello there\n");
  CHECK(parsed(stage({"tokenize", "--decode", "--json"}, tokens))[0]["text"] == "hello there");
  CHECK(stage({"tokenize", "--decode", "--keep-special", "-f", "text"}, tokens) ==
        "[CLS] hello there [SEP]\n");
}

TEST_CASE("encode writes one layer, or several by their numbers", "[cli]") {
  const auto one = parsed(stage({"encode", "--json"}, "a b\n"))[0];
  const auto layers =
      parsed(stage({"encode", "--json", "--layers", "all", "--attention"}, "a b\n"))[0];
  const auto last = std::to_string(layers["hidden"].size() - 1);
  CHECK(layers["hidden"][last] == one["hidden"]);
  CHECK(one["hidden"]["shape"][0] == one["ids"].size());
  CHECK(layers["attention"].size() + 1 == layers["hidden"].size());
  CHECK(parsed(stage({"predict", "--json"}, layers.dump()))[0]["predictions"].is_array());
}

TEST_CASE("truncation cuts all lists of a token record", "[cli]") {
  std::string text;
  for (int k = 0; k < 200; ++k) text += " word" + std::to_string(k);
  const auto tokens = stage({"mask", "--json", "--probability", "0.2", "--seed", "1"},
                            stage({"tokenize", "--json"}, text + "\n"));
  const auto cut = parsed(stage({"encode", "--json", "-q", "--overflow", "truncate"}, tokens))[0];
  const auto size = cut["ids"].size();
  CHECK(cut["truncated"] == true);
  for (const char* key : {"tokens", "offsets", "type_ids", "special", "labels"})
    CHECK(cut[key].size() == size);
  CHECK(cut["hidden"]["shape"][0] == size);
  const auto windows = parsed(stage({"encode", "--json"}, tokens))[0];
  CHECK(windows["hidden"]["shape"][0] == windows["ids"].size());
  CHECK(windows["ids"].size() > size);
}

TEST_CASE("plain text that looks like JSON without ids is text", "[cli]") {
  CHECK(parsed(stage({"encode", "--json"}, "{\"a\": 1}\n"))[0]["text"] == "{\"a\": 1}");
}
