#include <cmath>

#include "support/catch.hpp"
#include "support/program.hpp"

using namespace program;
using nlp::Json;

namespace {

// `nlp evaluate NAME -m MODEL MORE…`, the one object that it writes.
Json result(const std::string& name, const std::string& model, const std::string& input,
            const Arguments& more = {}) {
  Arguments arguments = {"evaluate", name, "-m", program::model(model)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto found = records(run(arguments, input));
  REQUIRE(found.size() == 1);
  return found[0];
}

void check_refused(const Arguments& arguments, const std::string& input, int exit,
                   const std::string& what) {
  const auto ended = run(arguments, input);
  INFO(ended.err);
  CHECK(ended.exit == exit);
  CHECK(ended.out.empty());
  CHECK(ended.err.find(what) != std::string::npos);
}

// Many texts, so that threads have something to share.
std::vector<std::string> texts() {
  const std::vector<std::string> starts = {"Ada Lovelace was born in London", "The film is dull",
                                           "Ulm lies on the Danube", "He paid 5 euros", "Why ?"};
  std::vector<std::string> all;
  for (std::size_t k = 0; k < 90; ++k)
    all.push_back(starts[k % 5] + " and " + starts[k / 5 % 5] + " in " + std::to_string(1900 + k) +
                  " .");
  return all;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

void check_same_for_any_threads(const std::string& name, const std::string& model,
                                const std::string& input, const Arguments& more = {}) {
  Arguments arguments = {"evaluate", name, "-m", program::model(model)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto with = [&](const Arguments& options) {
    Arguments all = arguments;
    all.insert(all.end(), options.begin(), options.end());
    const auto ended = run(all, input);
    INFO(ended.err);
    CHECK(ended.exit == 0);
    return ended.out;
  };
  const auto one = with({"-t", "1"});
  CHECK_FALSE(one.empty());
  CHECK(with({"-t", "3", "--batch-tokens", "40"}) == one);
  CHECK(with({"-t", "2", "--batch-tokens", "100000"}) == one);
}

}  // namespace

TEST_CASE("evaluate classify finds nlp classify always right by its own labels", "[cli]") {
  const auto lines = texts();
  const auto said =
      records({"classify", "-m", program::model("bert-sentiment"), "--json"}, joined(lines));
  REQUIRE(said.size() == lines.size());
  std::string right, half = "label,id,text\r\n";
  std::size_t positive = 0, wrong = 0;
  for (std::size_t k = 0; k < lines.size(); ++k) {
    const auto label = said[k]["label"].get<std::string>();
    right += lines[k] + "\t" + label + "\n";
    positive += label == "POSITIVE";
    const bool changed = k % 2 == 1;
    wrong += changed;
    half += (changed == (label == "POSITIVE") ? "bad" : "good") + std::string(",1,\"") + lines[k] +
            "\"\r\n";
  }
  const auto all = result("classify", "bert-sentiment", right);
  CHECK(all["accuracy"] == 1);
  CHECK(all["macro_f1"] == 1);
  CHECK(all["texts"] == lines.size());
  CHECK(all["labels"]["POSITIVE"]["count"] == positive);
  CHECK(all["confusion"] == Json({{lines.size() - positive, 0}, {0, positive}}));
  const Arguments names = {"--input", "csv", "--map", "good=POSITIVE", "--map", "bad=NEGATIVE"};
  CHECK(result("classify", "bert-sentiment", half, names)["accuracy"].get<double>() ==
        Approx(1 - static_cast<double>(wrong) / static_cast<double>(lines.size())));
  check_same_for_any_threads("classify", "bert-sentiment", right);
}

TEST_CASE("evaluate classify measures numbers of a model with one label", "[cli]") {
  const auto found =
      result("classify", "bert-regression", "a b\tc\t1\nc\td e f\t2\nx\ty\t0.5\n", {"--pairs"});
  CHECK(std::abs(found["spearman"].get<double>()) <= 1);
  CHECK(found["rmse"].get<double>() > 0);
  CHECK(found["texts"] == 3);
}

TEST_CASE("evaluate ner finds nlp ner always right by its own entities", "[cli]") {
  std::string words;
  for (const auto& line : texts()) {
    for (const auto& word : lines(line, ' ')) words += word + "\n";
    words += "\n";
  }
  const auto tagged =
      run({"ner", "-m", program::model("bert-ner"), "--input", "conll", "-f", "conll"}, words).out;
  const auto all = result("ner", "bert-ner", tagged);
  REQUIRE(all["entities"].get<int>() > 50);
  CHECK(all["f1"] == 1);
  CHECK(all["sentences"] == 90);
  for (const auto& kind : all["labels"]) CHECK(kind["precision"] == 1);
  SECTION("kinds nobody marked are left out, and others are called as the set does") {
    const auto kind = all["labels"].begin().key();
    std::string without;
    for (const auto& line : lines(tagged)) {
      const auto at = line.find("-" + kind);
      without += at == std::string::npos ? line + "\n" : line.substr(0, at - 1) + "O\n";
    }
    CHECK(result("ner", "bert-ner", without)["precision"].get<double>() < 1);
    const auto masked = result("ner", "bert-ner", without, {"--unlabelled", kind});
    CHECK(masked["f1"] == 1);
    CHECK_FALSE(masked["labels"].contains(kind));
    CHECK(result("ner", "bert-ner", tagged, {"--unlabelled", kind}) == masked);
    const auto renamed = result("ner", "bert-ner", tagged, {"--map", kind + "=OTHER"});
    CHECK(renamed["labels"]["OTHER"] == all["labels"][kind]);
    CHECK(result("ner", "bert-ner", tagged, {"--map", kind + "=O"}) == masked);
  }
  check_same_for_any_threads("ner", "bert-ner", tagged);
}

TEST_CASE("evaluate ner warns of kinds that the model does not know", "[cli]") {
  const auto ended =
      run({"evaluate", "ner", "-m", program::model("bert-ner"), "-f", "text"}, "Ada B-POET\n");
  CHECK(ended.exit == 0);
  CHECK(ended.err.find("the model knows no POET") != std::string::npos);
  CHECK(ended.out.find("entities    1\n") != std::string::npos);
}

TEST_CASE("evaluate embed compares the cosines of nlp embed", "[cli]") {
  const auto lines = texts();
  const auto vectors =
      records({"embed", "-m", program::model("bert-mlm"), "--json"}, joined(lines));
  std::string set;
  for (std::size_t k = 0; k + 1 < lines.size(); ++k) {
    double product = 0, left = 0, right = 0;
    for (std::size_t n = 0; n < vectors[k]["embedding"].size(); ++n) {
      const double x = vectors[k]["embedding"][n].get<double>(),
                   y = vectors[k + 1]["embedding"][n].get<double>();
      product += x * y;
      left += x * x;
      right += y * y;
    }
    set += Json{{"text", lines[k]},
                {"pair", lines[k + 1]},
                {"score", product / std::sqrt(left * right)}}
               .dump() +
           "\n";
  }
  const Arguments json = {"--input", "jsonl"};
  const auto found = result("embed", "bert-mlm", set, json);
  CHECK(found["pearson"].get<double>() == Approx(1).margin(1e-5));
  CHECK(found["spearman"].get<double>() == Approx(1).margin(1e-3));
  CHECK(found["pairs"] == 89);
  check_same_for_any_threads("embed", "bert-mlm", set, json);
  CHECK(result("embed", "bert-mlm", "a\tb\t1\n")["spearman"].is_null());
}

TEST_CASE("evaluate answer finds nlp answer always right by its own answers", "[cli]") {
  std::string questions, set;
  std::vector<std::string> contexts;
  for (const auto& line : texts()) contexts.push_back(line + " Caf\xC3\xA9 " + line);
  for (const auto& context : contexts) questions += "Where is it ?\t" + context + "\n";
  const auto answers = records({"answer", "-m", program::model("bert-qa"), "--json"}, questions);
  REQUIRE(answers.size() == contexts.size());
  for (std::size_t k = 0; k < contexts.size(); ++k)
    set += Json{{"question", "Where is it ?"},
                {"context", contexts[k]},
                {"answer", answers[k]["answer"]},
                {"start", answers[k]["start"]}}
               .dump() +
           "\n";
  const auto all = result("answer", "bert-qa", set);
  CHECK(all["exact"] == 1);
  CHECK(all["f1"] == 1);
  CHECK(all["questions"] == 90);
  CHECK(all["unanswerable"]["exact"].is_null());
  const auto none = result("answer", "bert-qa", set, {"--no-answer-below", "1"});
  CHECK(none["exact"] == 0);
  const std::string no_answer = "{\"question\":\"Who?\",\"context\":\"Ulm is old.\"}\n";
  CHECK(result("answer", "bert-qa", no_answer)["unanswerable"]["exact"] == 0);
  CHECK(result("answer", "bert-qa", no_answer, {"--no-answer-below", "1"})["exact"] == 1);
  check_same_for_any_threads("answer", "bert-qa", set);
}

TEST_CASE("a name given with --map or --unlabelled does not swallow the file behind it", "[cli]") {
  const TemporaryDirectory folder;
  const auto tsv = folder.write("a.tsv", "a\tgood\n").string();
  const auto map = result("classify", "bert-sentiment", "", {"--map", "good=POSITIVE", tsv});
  CHECK(map["texts"] == 1);
  const auto conll = folder.write("a.conll", "a O\n").string();
  CHECK(result("ner", "bert-ner", "", {"--unlabelled", "PER", conll, conll})["sentences"] == 2);
}

TEST_CASE("evaluate refuses sets and models that do not fit, with the reason", "[cli]") {
  const auto command = [](const std::string& name, const std::string& model) {
    return Arguments{"evaluate", name, "-m", program::model(model)};
  };
  check_refused(command("classify", "bert-sentiment"), "a\tmaybe\n", 3,
                "stdin:1: label \"maybe\" is none");
  check_refused(command("classify", "bert-sentiment"), "", 3, "stdin: no rows");
  check_refused(command("classify", "bert-ner"), "a\tb\n", 4, "no sequence classification head");
  check_refused(command("ner", "bert-ner"), "a\tO\nb\n", 3, "stdin:2: no word and tag");
  check_refused(command("embed", "bert-mlm"), "a\tb\tc\n", 3, "stdin:1: score: not a number");
  check_refused(command("answer", "bert-qa"), "{}\n", 3, "stdin:1: no `question`");
  auto long_text = command("classify", "bert-sentiment");
  long_text.insert(long_text.end(), {"--overflow", "error"});
  std::string words;
  for (int k = 0; k < 300; ++k) words += "ulm ";
  check_refused(long_text, "a\tPOSITIVE\n" + words + "\tPOSITIVE\n", 3, "stdin:2: too long a text");
  auto map = command("classify", "bert-sentiment");
  map.insert(map.end(), {"--map", "x"});
  check_refused(map, "a\tPOSITIVE\n", 2, "--map: a label and its new name");
}
