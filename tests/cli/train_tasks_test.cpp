// What nlp train writes is read by the programs of the tasks.
#include <cmath>
#include <fstream>
#include <map>

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

TEST_CASE("a directory that is used again has the tokenizer of the new model alone", "[cli]") {
  const TemporaryDirectory folder;
  const std::string target = trained(folder, "mlm", "text", "the cat sat on the mat\n");
  const auto other = folder.path() / "other";
  std::filesystem::create_directory(other);
  for (const char* name : {"config.json", "model.safetensors"})
    std::filesystem::copy_file(std::filesystem::path(model("bert-mlm")) / name, other / name);
  const Json whole = Json::parse(read(std::filesystem::path(model("bert-mlm")) / "tokenizer.json"));
  std::map<int, std::string> vocabulary;
  for (const auto& [token, id] : whole["model"]["vocab"].items()) vocabulary[id] = token;
  std::ofstream out(other / "vocab.txt");
  for (const auto& [id, token] : vocabulary) out << token << "\n";
  out.close();
  REQUIRE(
      run({"train", "mlm", "-m", other, "--steps", "1", "-q", "-o", target, folder.path() / "text"})
          .exit == 0);
  CHECK_FALSE(std::filesystem::exists(std::filesystem::path(target) / "tokenizer.json"));
  CHECK(std::filesystem::exists(std::filesystem::path(target) / "vocab.txt"));
}

TEST_CASE("a plain model learns vectors in its own directory", "[cli]") {
  const TemporaryDirectory folder;
  const auto own = folder.path() / "own";
  std::filesystem::copy(model("bert-mlm"), own);
  const auto data = folder.write("pairs.tsv", "a cat\ta dog\t0.5\nthe sun\tthe mat\t0.1\n");
  const auto ended =
      run({"train", "embed", "-m", own, "-o", own, "--steps", "1", "-q", data.string()});
  INFO(ended.err);
  CHECK(ended.exit == 0);
  CHECK(std::filesystem::exists(own / "modules.json"));
}

TEST_CASE("a development set is measured at the end of each epoch, and may end the run", "[cli]") {
  const TemporaryDirectory folder;
  const auto data = folder.write("set.tsv", repeated("a cat\tx\nthe sun\ty\n", 8));
  const auto log = folder.path() / "log";
  const auto measured = [&](const Arguments& more) {
    Arguments arguments = {"train", "classify", "-m", model("bert-mlm"),     "--batch-tokens",
                           "20",    "-q",       "-o", folder.path() / "out", "--log",
                           log,     "--dev",    data};
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.push_back(data);
    const auto ended = run(arguments);
    INFO(ended.err);
    REQUIRE(ended.exit == 0);
    std::vector<double> epochs;
    for (const auto& line : lines(read(log)))
      if (const Json step = Json::parse(line); step.contains("dev"))
        epochs.push_back(step["epoch"].get<double>());
    return epochs;
  };
  const auto all = measured({"--epochs", "3"});
  REQUIRE(all.size() == 3);
  for (std::size_t k = 0; k < 3; ++k) CHECK(std::floor(all[k]) == static_cast<double>(k + 1));
  // A rate so high that the first model is the best.
  CHECK(measured({"--epochs", "9", "--lr", "1", "--warmup", "0", "--patience", "1"}).size() < 9);
}

TEST_CASE("options of nlp train that say nothing together are refused", "[cli]") {
  const TemporaryDirectory folder;
  const auto text = folder.write("text", "the cat sat on the mat\n").string();
  const auto refused = [&](const Arguments& arguments, const std::string& what) {
    const auto ended = run(arguments + Arguments{"-o", folder.path() / "out", text});
    INFO(ended.err);
    CHECK(ended.exit == 2);
    CHECK(ended.err.find(what) != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "out"));
  };
  const std::string bert = model("bert-mlm");
  refused({"train", "mlm", "-m", bert, "--hidden", "16"}, "--tokenizer");
  refused({"train", "mlm", "-m", bert, "--config", bert + "/config.json"}, "--tokenizer");
  refused({"train", "mlm", "-m", bert, "--tokenizer", bert}, "--model");
  refused({"train", "mlm", "-m", bert, "--masked", "--probability", "0.3"}, "--probability");
  refused({"train", "embed", "-m", bert, "--label-smoothing", "0.1"}, "--label-smoothing");
  refused({"train", "classify", "-m", bert, "--target", "number", "--label-smoothing", "0.1"},
          "--label-smoothing");
}

TEST_CASE("nlp train tells of what was no UTF-8, once", "[cli]") {
  const TemporaryDirectory folder;
  const auto text = folder.write("text", "the \xFF cat\tx\nthe \xFE mat\ty\n").string();
  for (const char* task : {"mlm", "classify"}) {
    const auto ended = run(
        {"train", task, "-m", model("bert-mlm"), "--steps", "1", "-o", folder.path() / task, text});
    INFO(ended.err);
    CHECK(ended.exit == 0);
    CHECK(lines(ended.err).size() == 1);
    CHECK(ended.err.find("2 places that was no UTF-8") != std::string::npos);
  }
}
