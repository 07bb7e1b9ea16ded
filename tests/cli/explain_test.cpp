#include <filesystem>

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

program::Arguments explain(const std::string& task, const std::string& name,
                           const program::Arguments& more = {}) {
  program::Arguments all = {"explain", "--task", task, "-m", model(name)};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}
}  // namespace

TEST_CASE("explain tells the weights of tokens, which sum to what the result differs", "[cli]") {
  const auto record = records(explain("classify", "bert-sentiment", {"--json"}),
                              "a g\u00f6\u00f6d film\tnot bad\n")[0];
  CHECK(record["pair"] == "not bad");
  double sum = 0;
  bool in_pair = false;
  for (const Json& token : record["tokens"]) {
    sum += token["weight"].get<double>();
    in_pair = in_pair || token.contains("pair");
  }
  CHECK(in_pair);
  CHECK(record["tokens"].back()["end"] == 7);
  CHECK(sum == Approx(record["value"].get<double>() - record["baseline"].get<double>())
                   .epsilon(1e-3)
                   .margin(1e-5));
}

TEST_CASE("explain tells the word behind a mask, and where it is", "[cli]") {
  const std::string text = "the [MASK] sat on the mat\n";
  const auto filled =
      records({"fill-mask", "-m", model("bert-mlm"), "--json", "-k", "1"}, text)[0]["masks"][0];
  for (const std::string method : {"integrated-gradients", "leave-one-out"}) {
    const auto record =
        records(explain("fill-mask", "bert-mlm", {"--json", "--method", method}), text)[0];
    CHECK(record["target"] == filled["candidates"][0]["word"]);
    CHECK(record["start"] == 4);
    CHECK(record["end"] == 10);
    CHECK(record["value"].get<double>() ==
          Approx(filled["candidates"][0]["logprob"].get<double>()).epsilon(1e-4));
    CHECK(record.contains("baseline") == (method == "integrated-gradients"));
    const auto tokens =
        records({"tokenize", "-m", model("bert-mlm"), "--json", "--no-special"}, text)[0]["tokens"];
    REQUIRE(record["tokens"].size() == tokens.size());
    CHECK(record["tokens"][1]["token"] == "[MASK]");
    CHECK(record["tokens"][1]["weight"] == 0);
    CHECK(record["tokens"][0]["weight"] != 0);
  }
}

TEST_CASE("explain gives the same bytes on any number of threads", "[cli]") {
  const std::string texts = "Ada Lovelace lived in London.\nthe cat\nUlm\n";
  for (const std::string method : {"integrated-gradients", "leave-one-out"}) {
    const auto whole = run(explain("ner", "bert-ner", {"--method", method, "-t", "1"}), texts);
    REQUIRE(whole.exit == 0);
    CHECK(run(explain("ner", "bert-ner", {"--method", method, "-t", "3", "--batch-tokens", "1"}),
              texts)
              .out == whole.out);
  }
}

TEST_CASE("explain writes lines, colours and HTML of the same tokens", "[cli]") {
  const std::string text = "Ada <b> & London\n";
  const auto json = records(explain("ner", "bert-ner", {"--json"}), text)[0];
  const auto lines = program::lines(run(explain("ner", "bert-ner"), text).out);
  REQUIRE(lines.size() == json["tokens"].size() + 2);
  CHECK(lines.front().ends_with(json["target"].get<std::string>()));
  CHECK(lines.back().empty());
  const auto coloured = run(explain("ner", "bert-ner", {"--color", "always"}), text).out;
  CHECK(coloured.find("\033[38;5;16;48;5;") != std::string::npos);
  const auto html = run(explain("ner", "bert-ner", {"-f", "html"}), text).out;
  CHECK(count(html, "<span title=") == json["tokens"].size());
  CHECK(html.find("<b>") == std::string::npos);
  CHECK(html.find("&lt;") != std::string::npos);
  CHECK(count(html, "class=\"legend\"") == 1);
}

TEST_CASE("explain refuses what it cannot explain, with the reason", "[cli]") {
  const auto refused = [&](const program::Arguments& arguments, int exit, const std::string& part,
                           const std::string& text = "a cat\n") {
    const auto ended = run(arguments, text);
    INFO(ended.err);
    CHECK(ended.exit == exit);
    CHECK_THAT(ended.err, ContainsSubstring(part));
  };
  refused(explain("fill-mask", "bert-mlm", {"--place", "1"}), 3, "stdin:1");
  refused(explain("ner", "bert-mlm"), 4, "token classification");
  refused(explain("classify", "bert-sentiment", {"--target", "SO-SO"}), 2, "NEGATIVE, POSITIVE");
  refused(explain("classify", "bert-sentiment", {"--place", "2"}), 2, "--place");
  refused(explain("ner", "bert-ner"), 3, "pair", "a\tb\n");
  refused(explain("ner", "bert-ner", {"--overflow", "window"}), 2, "window");
  refused(explain("ner", "bert-ner", {"--dtype", "int8"}), 2, "leave-one-out");
  refused(explain("ner", "bert-ner", {"--attention-kernel", "blocked"}), 2, "leave-one-out");
  refused(explain("ner", "bert-ner", {"--method", "leave-one-out", "--steps", "3"}), 2, "--steps");
  const TemporaryDirectory folder;
  namespace fs = std::filesystem;
  for (const auto& [file, name] :
       {std::pair{"config.json", "mpnet-mlm"}, std::pair{"model.safetensors", "mpnet-mlm"},
        std::pair{"tokenizer.json", "bert-mlm"}, std::pair{"tokenizer_config.json", "bert-mlm"}})
    fs::copy(fs::path(model(name)) / file, folder.path() / file);
  const program::Arguments other = {"explain", "--task", "fill-mask", "-m", folder.path()};
  refused(other, 4, "--method leave-one-out", "a [MASK]\n");
}

TEST_CASE("explain answers a text in which there is nothing to explain", "[cli]") {
  const auto found =
      records({"explain", "-q", "-m", model("bert-sentiment"), "--json"}, "a good film\n\nbad\n");
  REQUIRE(found.size() == 3);
  CHECK(found[0]["tokens"].size() > 1);
  CHECK(found[1]["value"].is_null());
  CHECK(found[1]["tokens"].empty());
  CHECK(found[2]["target"].is_string());
  const auto masks = run({"explain", "-m", model("bert-mlm"), "--task", "fill-mask"}, "no mask\n");
  CHECK(masks.exit == 0);
  CHECK(masks.out == "\n");
  CHECK(masks.err.find("1 text without a mask") != std::string::npos);
  for (const char* format : {"html", "text"})
    CHECK(run({"explain", "-q", "-m", model("bert-sentiment"), "-f", format}, "\n").exit == 0);
}
