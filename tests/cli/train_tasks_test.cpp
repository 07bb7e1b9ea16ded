// What nlp train writes is read by the programs of the tasks.
#include <cmath>
#include <fstream>

#include "support/catch.hpp"
#include "support/program.hpp"

using namespace program;
using nlp::Json;

namespace {

// Trains on `data` for some steps; the directory.
std::string trained(const TemporaryDirectory& folder, const std::string& task,
                    const std::string& file, const std::string& data, const Arguments& more = {}) {
  const std::string target = folder.path() / task, source = folder.write(file, data);
  Arguments arguments = {
      "train", task, "-m", model("bert-mlm"), "--steps", "60", "--lr", "3e-3", "--warmup", "3",
      "-q",    "-t", "2",  "--dropout",       "0",       "-o", target};
  arguments.insert(arguments.end(), more.begin(), more.end());
  arguments.push_back(source);
  const auto ended = run(arguments);
  INFO(ended.err);
  REQUIRE(ended.exit == 0);
  CHECK(ended.out.empty());
  return target;
}

std::string repeated(const std::string& text, int count) {
  std::string all;
  for (int k = 0; k < count; ++k) all += text;
  return all;
}

}  // namespace

TEST_CASE("nlp fill-mask reads what nlp train mlm wrote, and has learnt", "[cli]") {
  const TemporaryDirectory folder;
  const auto target =
      trained(folder, "mlm", "a.txt", repeated("is the day .\n", 40),
              {"--lines", "--max-length", "16", "--probability", "0.4", "--batch-tokens", "200"});
  const auto found = records({"fill-mask", "-m", target, "--json"}, "is the [MASK] .\n");
  REQUIRE(found.size() == 1);
  CHECK(found[0]["masks"][0]["candidates"][0]["word"] == "day");
}

TEST_CASE("nlp classify reads what nlp train classify wrote, and has learnt", "[cli]") {
  const TemporaryDirectory folder;
  const auto target =
      trained(folder, "classify", "a.tsv", repeated("a fine day\tgood\na bad day\tbad\n", 20));
  const auto found = records({"classify", "-m", target, "--json"}, "a fine day\na bad day\n");
  REQUIRE(found.size() == 2);
  CHECK(found[0]["label"] == "good");
  CHECK(found[1]["label"] == "bad");
}

TEST_CASE("nlp ner reads what nlp train ner wrote, and has learnt", "[cli]") {
  const TemporaryDirectory folder;
  const auto target = trained(
      folder, "ner", "a.conll",
      repeated("the\tO\nsun\tB-STAR\nis\tO\nbright\tO\n\nthe\tO\nday\tO\nis\tO\nlong\tO\n\n", 20));
  const auto found = records({"ner", "-m", target, "--json"}, "the sun is bright\n");
  REQUIRE(found.size() == 1);
  CHECK(found[0].dump().find("STAR") != std::string::npos);
}

TEST_CASE("--partly, --map and --unlabelled take one value each, what follows is a FILE", "[cli]") {
  const TemporaryDirectory folder;
  const auto some = folder.write("some.conll", "the\tO\nsun\tO\n\n");
  const auto target = trained(folder, "ner", "all.conll", "the\tO\nday\tB-time\nsun\tB-star\n\n",
                              {"--unlabelled", "star", "--map", "time=TIME", "--partly", some});
  CHECK(nlp::Json::parse(std::ifstream(target + "/config.json"))["id2label"].size() == 5);
}

TEST_CASE("nlp embed reads what nlp train embed wrote, and has learnt", "[cli]") {
  const TemporaryDirectory folder;
  const auto target =
      trained(folder, "embed", "a.tsv",
              repeated("the sun\tthe day\t1\nthe sun\tthe night\t0\n", 20), {"--score-range", "1"});
  const auto found = records({"embed", "-m", target, "--json"}, "the sun\nthe day\nthe night\n");
  REQUIRE(found.size() == 3);
  const auto close = [&](std::size_t left, std::size_t right) {
    const auto a = found[left]["embedding"].get<std::vector<double>>(),
               b = found[right]["embedding"].get<std::vector<double>>();
    double product = 0, of_a = 0, of_b = 0;
    for (std::size_t k = 0; k < a.size(); ++k) {
      product += a[k] * b[k];
      of_a += a[k] * a[k];
      of_b += b[k] * b[k];
    }
    return product / std::sqrt(of_a * of_b);
  };
  CHECK(close(0, 1) > close(0, 2) + 0.2);
}

TEST_CASE("nlp answer reads what nlp train answer wrote, and has learnt", "[cli]") {
  const TemporaryDirectory folder;
  const std::string row = R"({"question": "what is bright ?", "context": "the sun is bright", )"
                          R"("answer": "sun", "start": 4})";
  const std::string data = repeated(row + "\n", 20);
  const auto target = trained(folder, "answer", "a.jsonl", data, {"--max-length", "64"});
  const auto found =
      records({"answer", "-m", target, "--json"}, "what is bright ?\tthe sun is bright\n");
  REQUIRE(found.size() == 1);
  CHECK(found[0].dump().find("\"sun\"") != std::string::npos);
}

TEST_CASE("nlp train refuses families without a backward pass by name", "[cli]") {
  const TemporaryDirectory folder;
  const std::string text = folder.write("a.txt", "the sun is bright .\n");
  for (const std::string name : {"mpnet-mlm", "deberta-v2-mlm", "longformer-mlm", "reformer-mlm"}) {
    // They come without tokenizers, which are asked for before.
    const TemporaryDirectory source;
    std::filesystem::copy(model(name), source.path(), std::filesystem::copy_options::recursive);
    std::filesystem::copy(model("bert-mlm") + "/tokenizer.json", source.path() / "tokenizer.json");
    const auto ended =
        run({"train", "mlm", "-m", source.path(), "-o", folder.path() / "out", text});
    INFO(name << ": " << ended.err);
    CHECK(ended.exit == 4);
    CHECK(ended.err.find("cannot be trained") != std::string::npos);
    CHECK(ended.err.find(name.substr(0, name.find('-'))) != std::string::npos);
  }
}

#if defined(__x86_64__)
TEST_CASE("nlp train refuses bfloat16 where the machine has no fast products of it", "[cli]") {
  const TemporaryDirectory folder;
  const std::string text = folder.write("a.txt", "the sun is bright .\n");
  const char* const before = ::getenv("ONEDNN_MAX_CPU_ISA");
  const std::string isa = before ? before : "";
  ::setenv("ONEDNN_MAX_CPU_ISA", "AVX2", 1);
  const auto ended = run({"train", "mlm", "-m", model("bert-mlm"), "--max-length", "32", "--steps",
                          "2", "--dtype", "bf16", "-o", folder.path() / "out", text});
  isa.empty() ? ::unsetenv("ONEDNN_MAX_CPU_ISA") : ::setenv("ONEDNN_MAX_CPU_ISA", isa.c_str(), 1);
  INFO(ended.err);
  CHECK(ended.exit == 2);
  CHECK(ended.err.find("--dtype bf16") != std::string::npos);
}
#endif
