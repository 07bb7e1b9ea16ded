// nlp classify with labels and examples of one's own.
#include <fstream>

#include "support/program.hpp"

using nlp::Json;
using program::Arguments;
using program::model;
using program::records;
using program::run;

namespace {

std::string trained(const TemporaryDirectory& folder, const std::string& task,
                    const std::string& data, const Arguments& more) {
  const std::string target = folder.path() / task, source = folder.write(task + ".tsv", data);
  Arguments arguments = {"train", task, "-m", model("bert-mlm"), "--lr", "3e-3", "--warmup", "3",
                         "-q",    "-t", "2",  "--dropout",       "0",    "-o",   target};
  arguments.insert(arguments.end(), more.begin(), more.end());
  arguments.push_back(source);
  const auto ended = run(arguments);
  INFO(ended.err);
  REQUIRE(ended.exit == 0);
  return target;
}

std::string repeated(const std::string& text, int count) {
  std::string all;
  for (int k = 0; k < count; ++k) all += text;
  return all;
}

}  // namespace

TEST_CASE("classify --labels by entailment of a model that has learnt it", "[cli]") {
  const TemporaryDirectory folder;
  const auto target = trained(folder, "classify",
                              repeated("the sun\tit is about day\tentailment\n"
                                       "the sun\tit is about night\tcontradiction\n"
                                       "the moon\tit is about night\tentailment\n"
                                       "the moon\tit is about day\tcontradiction\n",
                                       10),
                              {"--pairs", "--steps", "150"});
  const Arguments arguments = {"classify",       "-m",        target,
                               "--labels",       "day,night", "--template",
                               "it is about {}", "--json",    "--all"};
  const auto found = records(arguments, "the sun\nthe moon\n");
  CHECK(found[0]["label"] == "day");
  CHECK(found[1]["label"] == "night");
  CHECK(found[0]["labels"][0]["score"].get<double>() +
            found[0]["labels"][1]["score"].get<double>() ==
        Approx(1).epsilon(1e-5));
  auto each = arguments;
  each.push_back("--multi-label");
  const auto alone = records(each, "the sun\n")[0];
  CHECK(alone["labels"][0]["score"].get<double>() > 0.5);
  CHECK(alone["labels"][1]["score"].get<double>() < 0.5);
}

TEST_CASE("classify --labels by the words of a masked language model", "[cli]") {
  const TemporaryDirectory folder;
  const auto target = trained(folder, "mlm",
                              repeated("the sun . this is about day .\n"
                                       "the moon . this is about night .\n",
                                       20),
                              {"--steps", "150", "--lines", "--max-length", "24", "--probability",
                               "0.3", "--batch-tokens", "200"});
  const Arguments arguments = {"classify", "-m", target, "--labels", "day,night"};
  CHECK(program::lines(run(arguments, "the sun .\nthe moon .\n").out)[0].rfind("day\t", 0) == 0);
  auto json = arguments;
  json.insert(json.end(), {"--json", "--input", "jsonl"});
  const auto record = records(json, R"({"id":3,"text":"the moon ."})")[0];
  CHECK(record["id"] == 3);
  CHECK(record["label"] == "night");
  auto multi = arguments;
  multi.push_back("--multi-label");
  CHECK(run(multi, "a").exit == 2);
}

TEST_CASE("classify --examples by the nearest texts", "[cli]") {
  const TemporaryDirectory folder;
  const auto examples = folder.write(
      "a.tsv", "the sun is bright\tday\nthe sun is up\tday\nwhat a wonderful text\tother\n");
  const Arguments arguments = {"classify", "-q",        "-m", model("bert-mlm"), "--examples",
                               examples,   "--nearest", "1",  "--json",          "--all"};
  const auto found = records(arguments, "what a wonderful text\nthe sun is up\na tab\there\n");
  REQUIRE(found.size() == 3);
  CHECK(found[0]["label"] == "other");
  CHECK(found[0]["score"] == 1);
  CHECK(found[1]["label"] == "day");
  CHECK(found[2]["text"] == "a tab\there");
  CHECK(found[0]["labels"].size() == 2);
  auto broken = arguments;
  broken[5] = folder.write("b.tsv", "no label here\n");
  const auto ended = run(broken, "a");
  CHECK(ended.exit == 3);
  CHECK(ended.err.find("b.tsv:1") != std::string::npos);
}

TEST_CASE("classify refuses labels that cannot be, and models that cannot tell", "[cli]") {
  const auto exit = [](const std::string& name, Arguments more) {
    more.insert(more.begin(), {"classify", "-m", model(name)});
    return run(more, "a").exit;
  };
  CHECK(exit("bert-mlm", {"--labels", "sun, sun"}) == 2);
  CHECK(exit("bert-mlm", {"--labels", "sun, "}) == 2);
  CHECK(exit("bert-mlm", {"--labels", "sun,day", "--template", "no place"}) == 2);
  CHECK(exit("bert-mlm", {"--template", "It is [MASK]."}) == 2);
  CHECK(exit("bert-sentiment", {"--labels", "sun,day"}) == 4);
  CHECK(exit("bert-ner", {"--labels", "sun,day"}) == 4);
}
