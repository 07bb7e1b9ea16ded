#include <cmath>

#include "support/program.hpp"

using nlp::Json;
using program::model;
using program::records;
using program::run;

TEST_CASE("score: a line a text, its logprob and perplexity; both forms agree", "[cli]") {
  const std::string texts = "the sun is up\n\na tab\there\n";
  const auto json = records({"score", "-m", model("bert-mlm"), "--json"}, texts);
  REQUIRE(json.size() == 3);
  CHECK(json[0]["text"] == "the sun is up");
  CHECK(json[0]["tokens"].get<int>() >= 4);
  CHECK(json[0]["perplexity"].get<double>() ==
        Approx(std::exp(-json[0]["logprob"].get<double>() / json[0]["tokens"].get<double>()))
            .epsilon(1e-4));
  CHECK(json[1] == Json({{"text", ""}, {"logprob", 0}, {"perplexity", nullptr}, {"tokens", 0}}));
  CHECK(json[2]["text"] == "a tab\there");
  const auto lines = program::lines(run({"score", "-m", model("bert-mlm")}, texts).out);
  REQUIRE(lines.size() == 3);
  CHECK(std::stod(lines[0]) == Approx(json[0]["logprob"].get<double>()).epsilon(1e-4));
  CHECK(lines[1] == "0.0000\t-\t");
}

TEST_CASE("score --per-token: the parts of the sum, with offsets", "[cli]") {
  const auto record =
      records({"score", "-m", model("bert-mlm"), "--json", "--per-token", "--method", "unmasked"},
              "\u00e9t\u00e9 the day")[0];
  CHECK(record["tokens"] == record["per_token"].size());
  double sum = 0;
  for (const Json& token : record["per_token"]) sum += token["logprob"].get<double>();
  CHECK(sum == Approx(record["logprob"].get<double>()).epsilon(1e-5));
  CHECK(record["per_token"].back()["token"] == "day");
  CHECK(record["per_token"].back()["start"] == 8);
  CHECK(record["per_token"].back()["end"] == 11);
  const auto text = run({"score", "-m", model("bert-mlm"), "--per-token"}, "the day\n").out;
  const auto lines = program::lines(text);
  REQUIRE(lines.size() == 4);
  CHECK(lines[1].substr(lines[1].find('\t')) == "\tthe");
  CHECK(lines[3].empty());
}

TEST_CASE("score --compare tells which of two texts is likelier", "[cli]") {
  const program::Arguments arguments = {"score", "-m", model("bert-mlm"), "--compare", "--json"};
  const auto alone = records({"score", "-m", model("bert-mlm"), "--json"}, "the sun\nsun the\n");
  const auto pairs = records(arguments, "the sun\tsun the\nsun the\tthe sun\nday\tday\n");
  REQUIRE(pairs.size() == 3);
  const double difference = alone[0]["logprob"].get<double>() - alone[1]["logprob"].get<double>();
  CHECK(pairs[0]["likelier"] == (difference > 0 ? 1 : 2));
  CHECK(pairs[1]["likelier"] == (difference > 0 ? 2 : 1));
  CHECK(pairs[2]["likelier"] == 0);
  CHECK(pairs[0]["difference"].get<double>() == Approx(difference).epsilon(1e-3));
  CHECK(pairs[0]["text"] == "the sun");
  CHECK(pairs[0]["pair"] == "sun the");
  for (std::size_t k = 0; k < 2; ++k)
    CHECK(pairs[0]["scores"][k]["logprob"] == alone[k]["logprob"]);
  auto json = arguments;
  json.insert(json.end(), {"--input", "jsonl"});
  CHECK(records(json, R"({"text":"the sun","pair":"sun the","kind":"order"})")[0]["kind"] ==
        "order");
  const auto lines =
      program::lines(run({"score", "-m", model("bert-mlm"), "--compare"}, "day\tday\n").out);
  CHECK(lines == std::vector<std::string>{"0\t0.0000\tday\tday"});
  CHECK(run(arguments, "no second text").exit == 3);
}

TEST_CASE("score --compare --shared counts what both texts have, read beside what differs",
          "[cli]") {
  const auto pair =
      records({"score", "-m", model("bert-mlm"), "--compare", "--shared", "--json", "--per-token"},
              "the war is up\tthe day is up\n")[0];
  const auto whole = records({"score", "-m", model("bert-mlm"), "--json", "--per-token"},
                             "the war is up\nthe day is up\n");
  for (std::size_t k = 0; k < 2; ++k) {
    const Json& score = pair["scores"][k];
    const Json& parts = whole[k]["per_token"];
    CHECK(score["tokens"] == parts.size() - 1);
    CHECK(score["per_token"][0] == parts[0]);
    CHECK(score["per_token"].back() == parts.back());
    double sum = 0;
    for (const Json& token : parts)
      if (token["token"] != "war" && token["token"] != "day") sum += token["logprob"].get<double>();
    CHECK(score["logprob"].get<double>() == Approx(sum).epsilon(1e-5));
  }
  CHECK(run({"score", "-m", model("bert-mlm"), "--shared"}, "a\tb\n").exit == 2);
}

TEST_CASE("score refuses models without masked-LM head and texts that are too long", "[cli]") {
  for (const char* name : {"bert-ner", "t5"}) {
    const auto ended = run({"score", "-m", model(name)}, "the sun\n");
    CHECK(ended.exit == 4);
    CHECK(ended.err.find("no masked language model head") != std::string::npos);
  }
  std::string text;
  for (int k = 0; k < 100; ++k) text += "the ";
  CHECK(run({"score", "-m", model("bert-mlm")}, text).exit == 3);
  CHECK(records({"score", "-m", model("bert-mlm"), "--json", "--overflow", "window"},
                text)[0]["tokens"] == 100);
}
