#include <algorithm>
#include <cmath>

#include "support/program.hpp"

using nlp::Json;
using program::model;
using program::records;
using program::run;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size())
    ++found;
  return found;
}

}  // namespace

TEST_CASE("fill-mask tells candidates, best first, with the sentence completed", "[cli]") {
  const auto record =
      records({"fill-mask", "-m", model("bert-mlm"), "--json", "-k", "3"}, "the [MASK] is up")[0];
  REQUIRE(record["masks"].size() == 1);
  const Json& mask = record["masks"][0];
  CHECK(mask["start"] == 4);
  CHECK(mask["end"] == 10);
  REQUIRE(mask["candidates"].size() == 3);
  double before = 1;
  int rank = 0;
  for (const Json& candidate : mask["candidates"]) {
    const double score = candidate["score"];
    CHECK(score <= before);
    CHECK(std::exp(candidate["logprob"].get<double>()) == Approx(score).epsilon(1e-4));
    CHECK(candidate["rank"] == ++rank);
    CHECK(candidate["sequence"] == "the " + candidate["word"].get<std::string>() + " is up");
    before = score;
  }
}

TEST_CASE("fill-mask without a mask says so, --append puts one", "[cli]") {
  const auto none = run({"fill-mask", "-m", model("bert-mlm"), "--json"}, "no mask\nnone\n");
  for (const Json& record : records(none)) CHECK(record["masks"].empty());
  CHECK(none.err.find("2 texts") != std::string::npos);
  const auto added = records({"fill-mask", "-m", model("bert-mlm"), "--json", "--append"},
                             "no mask\na [MASK] here\n");
  for (const Json& record : added) CHECK(record["masks"].size() == 1);
}

TEST_CASE("fill-mask scores the words it is given, of one or of many tokens", "[cli]") {
  const auto record =
      records({"fill-mask", "-m", model("bert-mlm"), "--json", "--targets", "the,wonderful"},
              "[MASK] is up")[0];
  const Json& candidates = record["masks"][0]["candidates"];
  REQUIRE(candidates.size() == 2);
  for (const Json& candidate : candidates) {
    const bool whole = candidate["word"] == "wonderful";
    CHECK(candidate["id"].is_array() == whole);
    CHECK(candidate["rank"].is_null() == whole);
  }
}

TEST_CASE("the forms of ner agree", "[cli]") {
  const std::string text = "Ada <b> & Lovelace lived in London.\nThe Thames flows.\n";
  const auto json = records({"ner", "-m", model("bert-ner"), "--json"}, text);
  std::size_t entities = 0;
  for (const Json& record : json)
    for (const Json& entity : record["entities"]) {
      const std::string whole = record["text"];
      const std::string word = entity["word"];
      CHECK(whole.substr(entity["start"], word.size()) == word);
      ++entities;
    }
  REQUIRE(entities > 0);
  const auto conll = run({"ner", "-m", model("bert-ner"), "-f", "conll"}, text).out;
  CHECK(count(conll, "\tB-") == entities);
  const auto html = run({"ner", "-m", model("bert-ner"), "-f", "html"}, text).out;
  CHECK(count(html, "<mark ") == entities);
  CHECK(html.find("<b>") == std::string::npos);
  const auto lines = run({"ner", "-m", model("bert-ner"), "-f", "text"}, text).out;
  CHECK(count(lines, "\n") == entities + 2);
}

TEST_CASE("ner reads words from columns and gives each a line again", "[cli]") {
  const std::string columns = "Ada\tNNP\nLovelace\tNNP\n\nLondon\tNNP\nis\tVBZ\n";
  const auto ended =
      run({"ner", "-m", model("bert-ner"), "--input", "conll", "-f", "conll"}, columns);
  const auto lines = program::lines(ended.out);
  REQUIRE(lines.size() == 6);
  CHECK(lines[0].rfind("Ada\t", 0) == 0);
  CHECK(lines[2].empty());
  CHECK(lines[4].rfind("is\t", 0) == 0);
}

TEST_CASE("colours only where they are wanted", "[cli]") {
  const auto plain = run({"ner", "-m", model("bert-ner")}, "Ada Lovelace lived in London.");
  CHECK(plain.out.find('\033') == std::string::npos);
}

TEST_CASE("classify tells the best label, or all of them", "[cli]") {
  const auto best = records({"classify", "-m", model("bert-sentiment"), "--json"}, "good\tbad")[0];
  const auto all =
      records({"classify", "-m", model("bert-sentiment"), "--json", "--all"}, "good\tbad")[0];
  CHECK(best["pair"] == "bad");
  CHECK(all["labels"][0]["label"] == best["label"]);
  double sum = 0;
  for (const Json& label : all["labels"]) sum += label["score"].get<double>();
  CHECK(sum == Approx(1).epsilon(1e-5));
}

TEST_CASE("answer points into the context", "[cli]") {
  const std::string context = "Z\u00fcrich \U0001F600: the cat sat on the mat.";
  const auto record = records({"answer", "-m", model("bert-qa"), "--json", "--offsets", "bytes"},
                              "Who?\t" + context)[0];
  const std::string answer = record["answer"];
  CHECK_FALSE(answer.empty());
  CHECK(context.substr(record["start"], answer.size()) == answer);
  CHECK(run({"answer", "-m", model("bert-qa")}, "no context").exit == 3);
}

TEST_CASE("embed: pooling, length and size", "[cli]") {
  const auto values = [](program::Arguments more) {
    program::Arguments arguments = {"embed", "-q", "-m", model("bert-mlm"), "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return records(arguments, "the cat sat")[0]["embedding"].get<std::vector<float>>();
  };
  const auto mean = values({});
  CHECK(values({"--pooling", "mean", "--no-normalize"}) == mean);
  CHECK(values({"--pooling", "cls"}) != mean);
  double squares = 0;
  for (const float value : values({"--normalize"})) squares += double{value} * value;
  CHECK(squares == Approx(1).epsilon(1e-5));
  CHECK(values({"--dims", "4"}) == std::vector<float>(mean.begin(), mean.begin() + 4));
  CHECK(values({"--prompt", "query: "}) != mean);
  CHECK(run({"embed", "-m", model("bert-mlm"), "--dims", "100000"}, "a").exit == 2);
}

TEST_CASE("rerank scores one record a line, from lines and from JSON", "[cli]") {
  const program::Arguments arguments = {"rerank", "-m", model("bert-regression"), "--json"};
  const auto lines = records(arguments, "Where?\tIt stands in Ulm.\nWhere?\tIt is old.\n");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0]["query"] == "Where?");
  CHECK(lines[0]["text"] == "It stands in Ulm.");
  const Json golden = nlp::read_json(paths::data("task/rerank.json"));
  for (std::size_t k = 0; k < 2; ++k)
    CHECK(lines[k]["score"].get<double>() ==
          Approx(1 / (1 + std::exp(-golden[k]["logit"].get<double>()))).epsilon(1e-4));
  auto json = arguments;
  json.insert(json.end(), {"--input", "jsonl"});
  const auto named = records(json, R"({"id":7,"query":"Where?","text":"It stands in Ulm."})"
                                   "\n"
                                   R"({"text":"Where?","pair":"It is old."})"
                                   "\n");
  CHECK(named[0]["id"] == 7);
  CHECK(named[0]["query"] == "Where?");
  for (std::size_t k = 0; k < 2; ++k) CHECK(named[k]["score"] == lines[k]["score"]);
  CHECK_FALSE(named[1].contains("pair"));
  const auto text = run({"rerank", "-m", model("bert-regression")}, "Where?\tIt is old.\n").out;
  CHECK(text.substr(text.find('\t')) == "\tIt is old.\n");
  CHECK(run(arguments, "no tab").exit == 3);
  CHECK(run({"rerank", "-m", model("bert-sentiment")}, "a\tb").exit == 4);
}

TEST_CASE("embed --sparse writes words with weights, and no array", "[cli]") {
  const auto record = records({"embed", "-m", model("bert-mlm"), "--sparse"}, "hello")[0];
  const Json& terms = record["terms"];
  REQUIRE(terms.size() > 1);
  CHECK(terms[0]["weight"].get<double>() >= terms[1]["weight"].get<double>());
  CHECK(terms[0]["token"].is_string());
  const auto text = run({"embed", "-m", model("bert-mlm"), "--sparse", "-f", "text"}, "hello").out;
  CHECK(text.rfind(terms[0]["token"].get<std::string>() + ":", 0) == 0);
  CHECK(run({"embed", "-m", model("bert-mlm"), "--sparse", "-f", "npy"}, "hello").exit == 2);
  CHECK(run({"embed", "-m", model("bert-mlm"), "--sparse", "--dims", "3"}, "hello").exit == 2);
  CHECK(run({"embed", "-m", model("bert-sentiment"), "--sparse"}, "hello").exit == 4);
}
