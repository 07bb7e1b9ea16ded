#include "support/program.hpp"

using nlp::Json;
using program::model;
using program::records;
using program::run;

TEST_CASE("generate tells ids, text and score of each record", "[cli]") {
  const auto found = records({"generate", "-m", model("t5"), "--json", "--max-tokens", "6"},
                             "Hello, how are you?\n\na\n");
  REQUIRE(found.size() == 3);
  for (const Json& record : found) {
    CHECK(record["ids"].size() <= 6);
    CHECK(record["generated"].is_string());
    CHECK(record["score"].get<double>() <= 0);
  }
  CHECK(found[0]["text"] == "Hello, how are you?");
  CHECK(found[1]["text"] == "");
  const auto text =
      run({"generate", "-m", model("t5"), "--max-tokens", "6"}, "Hello, how are you?\n");
  CHECK(text.out == found[0]["generated"].get<std::string>() + "\n");
  CHECK(text.err.find("--max-tokens") != std::string::npos);
}

TEST_CASE("generate gives the same bytes whatever the threads, the batch and the neighbours",
          "[cli]") {
  const std::string text = "Hello, how are you?\nThe sun.\na\nAlbert was born in Ulm.\n";
  const auto bytes = [&](const std::string& threads, const std::string& batch) {
    return run({"generate", "-m", model("t5"), "--json", "--beams", "3", "--max-tokens", "5", "-t",
                threads, "--batch-tokens", batch},
               text)
        .out;
  };
  CHECK(bytes("1", "2048") == bytes("2", "1"));
}

TEST_CASE("generate needs a decoder", "[cli]") {
  const auto ended = run({"generate", "-m", model("bert-mlm")}, "a\n");
  CHECK(ended.exit == 4);
  CHECK(ended.err.find("no decoder") != std::string::npos);
  CHECK(run({"generate", "-m", model("t5"), "--overflow", "window"}, "a\n").exit == 2);
  for (const char* command : {"ner", "classify", "answer"})
    CHECK(run({command, "-m", model("t5")}, "a\tb\n").exit == 4);
}

TEST_CASE("fill-mask fills sentinels with words", "[cli]") {
  const auto found = records({"fill-mask", "-m", model("t5"), "--json", "-k", "3"},
                             "The <extra_id_0> is <extra_id_1> today.\nno sentinel\n");
  const Json& masks = found[0]["masks"];
  REQUIRE(masks.size() == 2);
  CHECK(masks[0]["start"] == 4);
  CHECK(masks[0]["end"] == 16);
  CHECK(masks[1]["start"] == 20);
  for (std::size_t m = 0; m < 2; ++m) {
    REQUIRE(masks[m]["candidates"].size() == 3);
    double before = 1;
    int rank = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      const Json& candidate = masks[m]["candidates"][k];
      CHECK(candidate["rank"] == ++rank);
      CHECK(candidate["score"].get<double>() <= before);
      before = candidate["score"];
      const std::string first = masks[0]["candidates"][k]["word"],
                        second = masks[1]["candidates"][k]["word"];
      CHECK(candidate["sequence"] == "The " + first + " is " + second + " today.");
    }
  }
  CHECK(found[1]["masks"].empty());
  const auto added = records({"fill-mask", "-m", model("t5"), "--json", "--append"}, "The sun is");
  CHECK(added[0]["text"] == "The sun is <extra_id_0>");
  REQUIRE(added[0]["masks"].size() == 1);
}

TEST_CASE("fill-mask refuses for sentinels what only masks have", "[cli]") {
  const auto exit = [](const program::Arguments& more, const std::string& text) {
    program::Arguments arguments = {"fill-mask", "-m", model("t5")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments, text).exit;
  };
  CHECK(exit({"--targets", "sun"}, "a <extra_id_0>\n") == 2);
  CHECK(exit({"--masks", "greedy"}, "a <extra_id_0>\n") == 2);
  CHECK(exit({"--masks", "beam"}, "a <extra_id_0>\n") == 0);
  CHECK(exit({}, "<extra_id_0> a <extra_id_0>\n") == 3);
}
