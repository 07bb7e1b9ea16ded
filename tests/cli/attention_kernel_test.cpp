// --attention-kernel and --features, in every command that runs an encoder.
#include <cmath>
#include <regex>

#include "support/program.hpp"

using nlp::Json;
using program::Arguments;
using program::model;
using program::run;

namespace {

const std::string kText = "the cat [MASK] on the mat and a dog ran after the big red ball\n";

std::vector<double> embedding(Arguments more, const std::string& directory = model("bert-mlm")) {
  more.insert(more.begin(), {"embed", "-m", directory, "-q", "--json", "--no-normalize"});
  const auto ended = run(more, kText);
  INFO(ended.err);
  REQUIRE(ended.exit == 0);
  return Json::parse(ended.out)["embedding"].get<std::vector<double>>();
}

// A model that adds a bias by distance to its scores, with the tokenizer of another.
std::string biased_model(const TemporaryDirectory& folder) {
  namespace fs = std::filesystem;
  for (const char* file : {"config.json", "model.safetensors"})
    fs::copy_file(fs::path(model("mpnet-mlm")) / file, folder.path() / file);
  for (const char* file : {"tokenizer.json", "tokenizer_config.json"})
    fs::copy_file(fs::path(model("bert-mlm")) / file, folder.path() / file);
  return folder.path().string();
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double errors = 0, squares = 0;
  for (std::size_t k = 0; k < b.size(); ++k) {
    errors += (a[k] - b[k]) * (a[k] - b[k]);
    squares += b[k] * b[k];
  }
  return std::sqrt(errors / squares);
}

}  // namespace

TEST_CASE("blocked attention gives the vectors of the exact one, the performer near ones",
          "[cli]") {
  const auto exact = embedding({});
  CHECK(embedding({"--attention-kernel", "exact"}) == exact);
  CHECK(distance(embedding({"--attention-kernel", "blocked"}), exact) < 1e-5);
  const auto far =
                 distance(embedding({"--attention-kernel", "performer", "--features", "4"}), exact),
             near = distance(embedding({"--attention-kernel", "performer", "--features", "2048"}),
                             exact);
  CHECK(near > 1e-7);
  CHECK(near < far / 2);
  CHECK(near < 0.15);
  const TemporaryDirectory folder;
  const auto biased = biased_model(folder);
  CHECK(distance(embedding({"--attention-kernel", "blocked"}, biased), embedding({}, biased)) <
        1e-5);
}

TEST_CASE("every command with an encoder takes the attention's kernel", "[cli]") {
  const std::vector<std::pair<std::string, std::string>> commands = {
      {"encode", "bert-mlm"},    {"embed", "bert-mlm"}, {"ner", "bert-ner"},
      {"fill-mask", "bert-mlm"}, {"answer", "bert-qa"}, {"classify", "bert-sentiment"},
      {"predict", "bert-mlm"}};
  for (const auto& command : commands) {
    const auto with = [&](const Arguments& more) {
      Arguments arguments = {command.first, "-m", model(command.second), "-f", "jsonl"};
      arguments.insert(arguments.end(), more.begin(), more.end());
      const auto ended = run(arguments, "the cat [MASK] on\tthe mat and a dog\nand\tmore of it\n");
      INFO(command.first << ": " << ended.err);
      REQUIRE(ended.exit == 0);
      CHECK(program::lines(ended.out).size() == 2);
      return ended.out;
    };
    const auto exact = with({"-q"});
    const Arguments performer = {"--attention-kernel", "performer", "--features", "8", "-q"};
    CHECK(with(performer) != exact);
    CHECK(with({"--attention-kernel", "performer", "--features", "8", "-q", "-t", "2",
                "--batch-tokens", "1"}) == with(performer));
    CHECK(with({"--attention-kernel", "blocked", "-q", "-t", "2", "--batch-tokens", "1"}) ==
          with({"--attention-kernel", "blocked", "-q"}));
  }
}

TEST_CASE("-v tells the error of another attention than the exact one", "[cli]") {
  const auto told = [](const std::string& kernel) {
    const auto ended = run(
        {"embed", "-m", model("bert-mlm"), "--json", "-v", "-t", "2", "--attention-kernel", kernel},
        kText + "a\n");
    REQUIRE(ended.exit == 0);
    const std::regex line("--attention-kernel " + kernel +
                          "[^\n]* for a text of [0-9]+ tokens: ([0-9.e-]+)");
    std::smatch found;
    return std::regex_search(ended.err, found, line) ? std::stod(found[1]) : -1;
  };
  CHECK(told("exact") == -1);
  CHECK(told("blocked") >= 0);
  CHECK(told("blocked") < 1e-5);
  CHECK(told("performer") > 1e-5);
  CHECK(told("performer") < 1);
}

TEST_CASE("attention kernels refuse what they cannot do", "[cli]") {
  const auto refused = [](const Arguments& arguments, int exit, const std::string& part) {
    const auto ended = run(arguments, kText);
    INFO(ended.err);
    CHECK(ended.exit == exit);
    CHECK(ended.out.empty());
    CHECK(ended.err.find(part) != std::string::npos);
  };
  const std::string bert = model("bert-mlm");
  refused({"embed", "-m", bert, "--attention-kernel", "sparse"}, 2, "sparse");
  refused({"embed", "-m", bert, "--features", "64"}, 2, "performer");
  refused({"embed", "-m", bert, "--attention-kernel", "performer", "--features", "0"}, 2,
          "--features");
  refused({"encode", "-m", bert, "--attention-kernel", "performer", "--attention"}, 2,
          "--attention");
  const TemporaryDirectory folder;
  refused({"embed", "-m", biased_model(folder), "--attention-kernel", "performer", "--json"}, 4,
          "performer attention: the model adds terms");
}
