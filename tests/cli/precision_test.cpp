#include <cmath>
#include <span>

#include "base/npy_reader.hpp"
#include "support/program.hpp"

using nlp::Json;
using program::records;
using program::run;

namespace {
const std::string kTexts = "the cat sat\nstars are bright\na dog ran\n";

program::Ended embed(const program::Arguments& more) {
  program::Arguments all = {"embed", "-q", "-m", program::model("bert-mlm")};
  all.insert(all.end(), more.begin(), more.end());
  auto ended = run(all, kTexts);
  INFO(ended.err);
  REQUIRE(ended.exit == 0);
  return ended;
}

// The rows of the output as JSON has them.
std::vector<std::vector<float>> rows(const program::Arguments& more) {
  auto all = more;
  all.push_back("--json");
  std::vector<std::vector<float>> found;
  for (const Json& record : records(embed(all)))
    found.push_back(record["embedding"].get<std::vector<float>>());
  return found;
}

nlp::npy::Array array(const std::string& file) {
  return nlp::npy::read(std::as_bytes(std::span(file)), "stdout");
}

// The bytes of the values of an array.
std::string values(const std::string& file) {
  const auto bytes = array(file).values;
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
}  // namespace

TEST_CASE("embed keeps the signs of numbers as bits", "[cli]") {
  const auto numbers = rows({});
  const std::string bits = embed({"--precision", "ubinary"}).out;
  CHECK(array(bits).element == nlp::npy::Element::u8);
  CHECK(array(bits).shape == std::vector<std::int64_t>{3, std::ssize(numbers[0]) / 8});
  const std::string bytes = values(bits);
  for (std::size_t r = 0; r < 3; ++r)
    for (std::size_t k = 0; k < numbers[r].size(); ++k) {
      const auto byte = static_cast<unsigned char>(bytes[(r * numbers[r].size() + k) / 8]);
      CHECK((byte >> (7 - k % 8) & 1) == (numbers[r][k] > 0));
    }
  const auto less = rows({"--precision", "binary"});
  for (std::size_t k = 0; k < less[0].size(); ++k)
    CHECK(less[0][k] == static_cast<unsigned char>(bytes[k]) - 128);
}

TEST_CASE("embed spreads numbers over bytes by the run's ranges, or by given ones", "[cli]") {
  const TemporaryDirectory folder;
  const std::string floats = (folder.path() / "floats.npy").string();
  embed({"-o", floats});
  const auto numbers = rows({});
  const std::string bytes = values(embed({"--precision", "uint8"}).out);
  const std::size_t size = numbers[0].size();
  REQUIRE(bytes.size() == 3 * size);
  for (std::size_t k = 0; k < size; ++k) {
    const auto [least, most] = std::minmax({numbers[0][k], numbers[1][k], numbers[2][k]});
    const float step = (most - least) / 255;
    for (std::size_t r = 0; r < 3; ++r)
      CHECK(static_cast<unsigned char>(bytes[r * size + k]) ==
            std::floor((numbers[r][k] - least) / step));
  }
  // The same ends from a file: then a line need not wait for the others.
  const auto given = rows({"--precision", "int8", "--ranges", floats});
  for (std::size_t r = 0; r < 3; ++r)
    for (std::size_t k = 0; k < size; ++k)
      CHECK(given[r][k] == static_cast<unsigned char>(bytes[r * size + k]) - 128);
  CHECK(embed({"--precision", "uint8", "-f", "raw"}).out == bytes);
  CHECK(embed({"--precision", "uint8", "-f", "raw", "--ranges", floats}).out == bytes);
  CHECK(embed({"--precision", "uint8", "-f", "npz"}).out.find(bytes) != std::string::npos);
}

TEST_CASE("raw and npz hold the values of npy", "[cli]") {
  const std::string bytes = values(embed({}).out);
  CHECK(embed({"-f", "raw"}).out == bytes);
  const std::string zip = embed({"-f", "npz"}).out;
  CHECK(zip.find("embeddings.npy") != std::string::npos);
  CHECK(zip.find(bytes) != std::string::npos);
  const std::string masked = embed({"-f", "npz", "--pooling", "none"}).out;
  CHECK(masked.find("attention_mask.npy") != std::string::npos);
}

TEST_CASE("a record that failed is not missing among raw values", "[cli]") {
  const program::Arguments arguments = {
      "embed",      "-q",   "-m",          program::model("bert-mlm"),
      "-f",         "raw",  "--input",     "jsonl",
      "--on-error", "skip", "--precision", "ubinary"};
  const auto ended = run(arguments, "{\"text\": \"a cat\"}\nbroken\n");
  REQUIRE(ended.exit == 0);
  const std::size_t half = ended.out.size() / 2;
  CHECK(ended.out.substr(half) == std::string(half, '\0'));
  CHECK(ended.out.substr(0, half) != std::string(half, '\0'));
}

TEST_CASE("embed refuses a precision that does not go together with the rest", "[cli]") {
  const TemporaryDirectory folder;
  const std::string narrow = (folder.path() / "narrow.npy").string();
  embed({"-o", narrow, "--dims", "4"});
  const auto refused = [&](const program::Arguments& more, int exit, const std::string& part) {
    program::Arguments all = {"embed", "-m", program::model("bert-mlm")};
    all.insert(all.end(), more.begin(), more.end());
    const auto ended = run(all, kTexts);
    CHECK(ended.exit == exit);
    CHECK_THAT(ended.err, ContainsSubstring(part));
  };
  refused({"--precision", "int8", "--json"}, 2, "--ranges");
  refused({"--precision", "binary", "--ranges", narrow}, 2, "--ranges");
  refused({"--precision", "int8", "--ranges", narrow}, 3, "[3, 4]");
  refused({"--precision", "binary", "--pooling", "none"}, 2, "--precision");
  refused({"--precision", "binary", "--sparse"}, 2, "--sparse");
  refused({"-f", "raw", "--sparse"}, 2, "raw");
}
