#include "support/program.hpp"

using nlp::Json;
using program::model;
using program::records;
using program::run;

TEST_CASE("complete writes lines that begin with the text, best first", "[cli]") {
  const auto ended = run({"complete", "-m", model("bert-mlm"), "-k", "3"}, "the sun is\n\n");
  const auto lines = program::lines(ended.out);
  REQUIRE(lines.size() == 8);
  for (std::size_t k = 0; k < 3; ++k) {
    CHECK(lines[k].rfind("the sun is", 0) == 0);
    CHECK(lines[k].size() > std::string("the sun is").size());
    CHECK(lines[4 + k].find_first_of(" []") == std::string::npos);
  }
  CHECK(lines[3].empty());
  CHECK(lines[7].empty());
  const auto record =
      records({"complete", "-m", model("bert-mlm"), "-k", "3", "--json"}, "the sun is\n")[0];
  for (std::size_t k = 0; k < 3; ++k)
    CHECK(record["masks"][0]["candidates"][k]["sequence"] == lines[k]);
}

TEST_CASE("complete --words adds so many words, the best together first", "[cli]") {
  const auto record = records(
      {"complete", "-m", model("bert-mlm"), "--words", "3", "-k", "2", "--json"}, "the sun ")[0];
  CHECK(record["text"] == "the sun [MASK] [MASK] [MASK]");
  REQUIRE(record["masks"].size() == 3);
  const auto& best = record["masks"][2]["candidates"];
  CHECK(best[0]["logprob"].get<double>() >= best[1]["logprob"].get<double>());
  std::string whole = "the sun";
  for (const Json& mask : record["masks"])
    whole += " " + mask["candidates"][0]["word"].get<std::string>();
  CHECK(best[0]["sequence"] == whole);
}

TEST_CASE("complete answers a line before the next one comes", "[cli]") {
  program::Piped piped({"complete", "-m", model("bert-mlm"), "-k", "1", "-"});
  for (const std::string text : {"the sun", "a day is"}) {
    REQUIRE(piped.write(text + "\n"));
    CHECK(piped.read_line().rfind(text, 0) == 0);
    CHECK(piped.read_line().empty());
  }
}

TEST_CASE("complete fills a mask that is there; T5 goes on by spans", "[cli]") {
  const auto own = records({"complete", "-m", model("bert-mlm"), "--json"}, "a [MASK] day")[0];
  CHECK(own["text"] == "a [MASK] day");
  CHECK(own["masks"][0]["candidates"].size() == 5);
  const auto spans = records({"complete", "-m", model("t5"), "--json", "-k", "2"}, "the sun is")[0];
  CHECK(spans["text"] == "the sun is <extra_id_0>");
  CHECK(spans["masks"][0]["candidates"].size() == 2);
  CHECK(run({"complete", "-m", model("t5"), "--words", "2"}, "the sun is").exit == 2);
  CHECK(run({"complete", "-m", model("bert-ner")}, "the sun is").exit == 4);
}
