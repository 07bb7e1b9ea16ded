#include <cmath>

#include "support/program.hpp"

using nlp::Json;
using program::records;
using program::run;

namespace {
const std::string kCorpus =
    "the cat sat on the mat\nstars are bright\n\nthe cat sat on the mat\na dog ran\n"
    "the sun is bright\nwho reads this\n";

program::Arguments similar(const std::string& corpus, const program::Arguments& more = {}) {
  program::Arguments all = {
      "similar", "-q", "-m", program::model("bert-mlm"), "--json", "-k", "3", "--corpus", corpus};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

program::Arguments embed(const std::string& corpus, const program::Arguments& more) {
  program::Arguments all = {"embed", "-q", "-m", program::model("bert-mlm"), corpus};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::vector<std::int64_t> lines_of(const Json& record) {
  std::vector<std::int64_t> lines;
  for (const Json& match : record["matches"]) lines.push_back(match["line"]);
  return lines;
}
}  // namespace

TEST_CASE("similar finds lines by the cosines of nlp embed, the lower of two equal ones first",
          "[cli]") {
  const TemporaryDirectory folder;
  const std::string corpus = folder.write("corpus.txt", kCorpus).string();
  const auto found = records(similar(corpus, {"--input", "jsonl"}),
                             "{\"id\": 3, \"text\": \"the cat sat on the mat\"}")[0];
  CHECK(found["id"] == 3);
  REQUIRE(found["matches"].size() == 3);
  CHECK(lines_of(found)[0] == 1);
  CHECK(lines_of(found)[1] == 4);
  CHECK(found["matches"][0]["text"] == "the cat sat on the mat");
  CHECK(found["matches"][0]["score"].get<double>() == Approx(1).epsilon(1e-5));

  std::vector<std::vector<float>> vectors;
  for (const Json& line : records(embed(corpus, {"--json"}), ""))
    vectors.push_back(line["embedding"].get<std::vector<float>>());
  const auto cosine = [&](std::size_t a, std::size_t b) {
    double dot = 0, left = 0, right = 0;
    for (std::size_t k = 0; k < vectors[a].size(); ++k) {
      dot += double{vectors[a][k]} * vectors[b][k];
      left += double{vectors[a][k]} * vectors[a][k];
      right += double{vectors[b][k]} * vectors[b][k];
    }
    return dot / std::sqrt(left * right);
  };
  const auto third = found["matches"][2];
  const std::size_t line = third["line"].get<std::size_t>() - 1;
  CHECK(third["score"].get<double>() == Approx(cosine(0, line)).epsilon(1e-5));
  for (const std::size_t other : {1u, 2u, 4u, 5u, 6u})
    CHECK(cosine(0, other) <= cosine(0, line) + 1e-6);
}

TEST_CASE("similar gives the same bytes on any number of threads, from a text and from its vectors",
          "[cli]") {
  const TemporaryDirectory folder;
  const std::string corpus = folder.write("corpus.txt", kCorpus).string();
  const std::string array = (folder.path() / "corpus.npy").string();
  REQUIRE(run(embed(corpus, {"-o", array})).exit == 0);
  const std::string queries = "a cat\n\nbright sun\nwho\n";
  const auto whole = run(similar(corpus, {"-t", "1"}), queries);
  REQUIRE(whole.exit == 0);
  CHECK(program::lines(whole.out).size() == 4);
  CHECK(run(similar(corpus, {"-t", "3", "--batch-tokens", "1"}), queries).out == whole.out);
  CHECK(run(similar(array, {"--texts", corpus}), queries).out == whole.out);
  for (const Json& record : records(similar(array), queries)) {
    CHECK(record["matches"].size() == 3);
    CHECK_FALSE(record["matches"][0].contains("text"));
  }
}

TEST_CASE("similar searches bits, and scores them again", "[cli]") {
  const TemporaryDirectory folder;
  const std::string corpus = folder.write("corpus.txt", kCorpus).string();
  for (const std::string precision : {"binary", "ubinary"}) {
    const std::string bits = (folder.path() / (precision + ".npy")).string();
    REQUIRE(run(embed(corpus, {"--precision", precision, "-o", bits})).exit == 0);
    const auto found = records(similar(bits), "stars are bright\n")[0];
    CHECK(lines_of(found)[0] == 2);
    CHECK(found["matches"][0]["score"] == 1);
    const auto again = records(similar(bits, {"--rescore", "3"}), "stars are bright\n")[0];
    CHECK(lines_of(again)[0] == 2);
    CHECK(again["matches"][0]["score"] < 1);
  }
}

TEST_CASE("similar searches bytes by the ranges they were made with", "[cli]") {
  const TemporaryDirectory folder;
  const std::string corpus = folder.write("corpus.txt", kCorpus).string();
  const std::string array = (folder.path() / "corpus.npy").string();
  REQUIRE(run(embed(corpus, {"-o", array})).exit == 0);
  const auto exact = records(similar(array), "a cat sat\n")[0];
  for (const std::string precision : {"int8", "uint8"}) {
    const std::string bytes = (folder.path() / (precision + ".npy")).string();
    REQUIRE(run(embed(corpus, {"--precision", precision, "--ranges", array, "-o", bytes})).exit ==
            0);
    const auto found = records(similar(bytes, {"--ranges", array}), "a cat sat\n")[0];
    CHECK(lines_of(found) == lines_of(exact));
    const double score = found["matches"][0]["score"];
    CHECK(score == Approx(exact["matches"][0]["score"].get<double>()).margin(0.01));
  }
}

TEST_CASE("similar refuses a corpus that does not fit, with the reason", "[cli]") {
  const TemporaryDirectory folder;
  const std::string corpus = folder.write("corpus.txt", kCorpus).string();
  const std::string array = (folder.path() / "corpus.npy").string();
  REQUIRE(run(embed(corpus, {"--dims", "8", "-o", array})).exit == 0);
  const auto refused = [&](const program::Arguments& arguments, int exit, const std::string& part) {
    const auto ended = run(arguments, "a cat\n");
    INFO(ended.err);
    CHECK(ended.exit == exit);
    CHECK_THAT(ended.err, ContainsSubstring(part));
    CHECK(ended.out.empty());
  };
  refused(similar(array), 3, "got 8");
  CHECK(run(similar(array, {"--dims", "8"}), "a cat\n").exit == 0);
  refused(similar(array, {"--dims", "8", "--rescore", "2"}), 2, "not binary");
  const std::string few = folder.write("few.txt", "one\n").string();
  refused(similar(array, {"--dims", "8", "--texts", few}), 3, "1 line");
  refused(similar(corpus, {"--texts", few}), 2, "--texts");
  refused(similar(array, {"--dims", "8", "--corpus-prompt", "x"}), 2, "--corpus-prompt");
  refused(similar(folder.path() / "none.txt"), 3, "none.txt");
  refused(similar(folder.path()), 3, "directory");
  refused(similar("-"), 2, "stdin can be read once");
  refused({"similar", "-m", program::model("bert-mlm")}, 2, "--corpus");
  const std::string cut = folder.write("cut.npy", program::read(array).substr(0, 200)).string();
  refused(similar(cut, {"--dims", "8"}), 3, "damaged .npy file");
  const std::string bytes = (folder.path() / "bytes.npy").string();
  REQUIRE(run(embed(corpus, {"--precision", "int8", "-o", bytes})).exit == 0);
  refused(similar(bytes), 2, "--ranges");
  refused(similar(bytes, {"--ranges", array}), 3, "[rows, 32]");
  refused(similar(array, {"--dims", "8", "--ranges", array}), 2, "neither int8");
}

TEST_CASE("a corpus may come from stdin, with NUL between its lines", "[cli]") {
  const TemporaryDirectory folder;
  const std::string queries = folder.write("queries", std::string("a dog\nran\0b\0", 12)).string();
  auto arguments = similar("-", {"-0", queries});
  const auto ended = run(arguments, std::string("the cat\0a dog\nran\0", 18));
  REQUIRE(ended.exit == 0);
  const auto lines = program::lines(ended.out, '\0');
  REQUIRE(lines.size() == 2);
  const auto match = Json::parse(lines[0])["matches"][0];
  CHECK(match["line"] == 2);
  CHECK(match["text"] == "a dog\nran");
}

TEST_CASE("lines of a corpus that cannot be read are told, or match nothing", "[cli]") {
  const TemporaryDirectory folder;
  std::string text = kCorpus;
  for (int k = 0; k < 300; ++k) text += "cat ";
  const std::string corpus = folder.write("corpus.txt", text + "\nb\xff\n").string();
  const auto told = run(similar(corpus, {"--overflow", "error"}), "a cat\n");
  CHECK(told.exit == 3);
  CHECK_THAT(told.err, ContainsSubstring("corpus.txt:8"));
  const auto found =
      records({"similar", "-q", "-m", program::model("bert-mlm"), "--json", "-k", "100", "--corpus",
               corpus, "--overflow", "error", "--on-error", "skip"},
              "cat\n");
  CHECK(found[0]["matches"].size() == 8);
  for (const auto line : lines_of(found[0])) CHECK(line != 8);
  auto loud = similar(corpus);
  loud.erase(loud.begin() + 1);
  CHECK_THAT(run(loud, "cat\n").err, ContainsSubstring("1 place that was no UTF-8"));
  CHECK(run(similar(corpus, {"--strict"}), "cat\n").exit == 3);
}
