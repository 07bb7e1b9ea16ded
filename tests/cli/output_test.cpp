#include <signal.h>

#include <cstring>
#include <thread>

#include "support/program.hpp"

using program::model;
using program::records;
using program::run;

namespace {

// Shape and values of a float32 .npy.
struct Npy {
  std::string header;
  std::vector<float> values;
};

Npy parse_npy(const std::string& bytes) {
  REQUIRE(bytes.substr(0, 8) == std::string("\x93NUMPY\x01\x00", 8));
  const std::size_t size =
      static_cast<unsigned char>(bytes[8]) + 256u * static_cast<unsigned char>(bytes[9]);
  REQUIRE((10 + size) % 64 == 0);
  Npy npy{bytes.substr(10, size), {}};
  npy.values.resize((bytes.size() - 10 - size) / sizeof(float));
  if (!npy.values.empty())
    std::memcpy(npy.values.data(), bytes.data() + 10 + size, npy.values.size() * sizeof(float));
  return npy;
}

}  // namespace

TEST_CASE("embed writes npy to a pipe, the same as to a file and as in JSON", "[cli]") {
  const TemporaryDirectory folder;
  const auto file = folder.path() / "v.npy";
  const auto piped = run({"embed", "-q", "-m", model("bert-mlm")}, "a\nb\nc\n");
  CHECK(run({"embed", "-q", "-m", model("bert-mlm"), "-o", file}, "a\nb\nc\n").out.empty());
  CHECK(program::read(file) == piped.out);
  CHECK_FALSE(std::filesystem::exists(file.string() + ".tmp"));
  const auto npy = parse_npy(piped.out);
  const auto json = records({"embed", "-q", "-m", model("bert-mlm"), "--json"}, "a\nb\nc\n");
  std::vector<float> values;
  for (const auto& record : json)
    for (const auto& value : record["embedding"]) values.push_back(value.get<float>());
  CHECK(npy.values == values);
  CHECK(npy.header.find("'shape': (3, " + std::to_string(values.size() / 3) + ")") !=
        std::string::npos);
}

TEST_CASE("no lines make an array without rows", "[cli]") {
  const auto npy = parse_npy(run({"embed", "-q", "-m", model("bert-mlm")}, "").out);
  CHECK(npy.values.empty());
  CHECK(npy.header.find("'shape': (0, ") != std::string::npos);
}

TEST_CASE("a command that is killed leaves the old file and no half one", "[cli]") {
  const TemporaryDirectory folder;
  for (const int signal : {SIGINT, SIGTERM}) {
    const auto file = folder.write("out", "old");
    program::Piped nlp({"fill-mask", "-m", model("bert-mlm"), "--json", "-o", file});
    nlp.write("a [MASK]\n");
    for (int k = 0; k < 500 && !std::filesystem::exists(file.string() + ".tmp"); ++k)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK(std::filesystem::exists(file.string() + ".tmp"));
    nlp.kill(signal);
    CHECK(nlp.wait() == 128 + signal);
    CHECK(program::read(file) == "old");
    CHECK_FALSE(std::filesystem::exists(file.string() + ".tmp"));
  }
}

TEST_CASE("a reader that leaves early ends a command quietly", "[cli]") {
  program::Piped nlp({"tokenize", "-m", model("bert-mlm")});
  REQUIRE(nlp.write("one\n"));
  nlp.read_line();
  nlp.close_output();
  for (int k = 0; k < 200 && nlp.write("more\n"); ++k)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK(nlp.wait() == 0);
}

TEST_CASE("what cannot be written is an error", "[cli]") {
  CHECK(run({"tokenize", "-m", model("bert-mlm"), "-o", "/nonexistent/file"}, "a").exit == 1);
  if (std::filesystem::exists("/dev/full")) {
    const auto ended = run({"tokenize", "-m", model("bert-mlm"), "-o", "/dev/full"}, "a");
    CHECK(ended.exit == 1);
    CHECK(ended.err.find("/dev/full") != std::string::npos);
  }
}

TEST_CASE("npz pads with zeros and states where tokens are", "[cli]") {
  const auto ended =
      run({"encode", "-q", "-m", model("bert-mlm"), "-f", "npz", "--layers", "0,-1"}, "a b c\na\n");
  REQUIRE(ended.exit == 0);
  for (const char* name : {"input_ids.npy", "attention_mask.npy", "token_type_ids.npy",
                           "hidden.0.npy", "hidden.2.npy"})
    CHECK(ended.out.find(name) != std::string::npos);
  CHECK(
      run({"encode", "-q", "-m", model("bert-mlm"), "-f", "npz", "--layers", "0,-1"}, "a b c\na\n")
          .out == ended.out);
}

TEST_CASE("numbers are the shortest that read back the same, never NaN", "[cli]") {
  const auto text = run({"embed", "-q", "-m", model("bert-mlm"), "--json"}, "a").out;
  CHECK(text.find("nan") == std::string::npos);
  const auto record = nlp::Json::parse(text);
  for (const auto& value : record["embedding"]) {
    const std::string shown = value.dump();
    CHECK(std::stof(shown) == value.get<float>());
  }
}
