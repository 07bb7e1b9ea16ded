#include <cmath>
#include <string>

#include "support/catch.hpp"
#include "support/program.hpp"

using nlp::Json;
using program::Arguments;
using program::records;
using program::run;

namespace {

const std::string kText =
    "The cat sat. It is a dog, and he was not there.\nHello there!\n\nThe end of it all, he "
    "said.\n";

Arguments evaluate(Arguments more) {
  Arguments arguments = {"evaluate", "mlm", "-m", program::model("bert-mlm")};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

Json result(const Arguments& more, const std::string& input) {
  const auto found = records(evaluate(more), input);
  REQUIRE(found.size() == 1);
  return found[0];
}

}  // namespace

TEST_CASE("evaluate mlm measures the same whatever threads and batches", "[cli]") {
  std::string text;
  for (int k = 0; k < 20; ++k) text += kText;
  const Json one = result({"-t", "1"}, text);
  CHECK(one == result({"-t", "2", "--batch-tokens", "30"}, text));
  CHECK(one != result({"--seed", "1"}, text));
  CHECK(one["tokens"].get<int>() > 50);
  CHECK(std::abs(std::log(one["perplexity"].get<double>()) - one["loss"].get<double>()) < 1e-4);
  const Json words = result({"--words", "-t", "1"}, text);
  CHECK(words == result({"--words", "-t", "2", "--batch-tokens", "30"}, text));
  CHECK(words["words"] == 60);
  CHECK_FALSE(words.contains("loss"));
}

TEST_CASE("evaluate mlm takes tokens that were hidden before as they are", "[cli]") {
  const auto tokens = run({"tokenize", "-m", program::model("bert-mlm")}, kText).out;
  for (const char* how : {"--whole-word", "-q"}) {
    const auto masked =
        run({"mask", "-m", program::model("bert-mlm"), "--probability", "0.4", "--seed", "0", how},
            tokens)
            .out;
    CHECK(result({}, masked) == result({"--probability", "0.4", how}, kText));
  }
}

TEST_CASE("evaluate mlm hides a word of each sentence", "[cli]") {
  CHECK(result({"--words", "--sentences"}, kText)["words"] == 4);
  CHECK(result({"--words"}, kText)["words"] == 3);
}

TEST_CASE("evaluate mlm has no numbers where nothing is hidden", "[cli]") {
  const Json none = result({}, "\n");
  CHECK(none["loss"].is_null());
  CHECK(none["tokens"] == 0);
  CHECK(run(evaluate({"--words", "-f", "text"}), "\n").out ==
        "top1        -\ntop5        -\nwords       0\n");
}

TEST_CASE("evaluate mlm refuses what it cannot measure, with the reason", "[cli]") {
  const auto said = [](const Arguments& arguments, const std::string& input, int exit,
                       const std::string& what) {
    const auto ended = run(arguments, input);
    INFO(ended.err);
    CHECK(ended.exit == exit);
    CHECK(ended.err.find(what) != std::string::npos);
  };
  said(evaluate({}), "{\"ids\": [2, 3]}\n", 3, "no field `labels`");
  said(evaluate({"--words"}), "{\"ids\": [2, 3], \"labels\": [-100, -100]}\n", 3, "plain text");
  said(evaluate({"--words", "--probability", "0.2"}), kText, 2, "--probability");
  said({"evaluate", "mlm", "-m", program::model("bert-ner")}, kText, 4,
       "no masked language model head");
  said({"evaluate", "nothing"}, kText, 2, "mlm");
}
