#include "support/program.hpp"

using program::model;
using program::run;

TEST_CASE("plot masks counts the words of records of text", "[cli]") {
  const std::string records =
      "{\"text\":\"[MASK] a\",\"original\":\"sun a\",\"masked\":[{\"word\":\"sun\",\"start\":0,"
      "\"end\":3}]}\n"
      "{\"text\":\"\",\"original\":\"\",\"masked\":[]}\n"
      "{\"text\":\"[MASK] [MASK]\",\"original\":\"sun 漢\",\"masked\":[{\"word\":\"sun\"},"
      "{\"word\":\"漢\"}]}\n";
  const auto ended = run({"plot", "masks", "--title", "Masks"}, records);
  INFO(ended.err);
  CHECK(ended.exit == 0);
  CHECK(ended.out.find("Masks") != std::string::npos);
  CHECK(ended.out.find("sun █") != std::string::npos);
  CHECK(ended.out.find("times masked (3 in all, of 2 words)") != std::string::npos);
  const TemporaryDirectory folder;
  const std::string svg = folder.path() / "m.svg", data = folder.path() / "m.npz";
  REQUIRE(run({"plot", "masks", "--top", "1", "-o", svg, "--data", data}, records).exit == 0);
  CHECK(program::read(svg).find(">sun</text>") != std::string::npos);
  CHECK(program::read(svg).find(">漢</text>") == std::string::npos);
  const std::string bytes = program::read(data);
  const std::int64_t count[] = {2}, letters[] = {'s', 'u', 'n'};
  CHECK(bytes.find(std::string(reinterpret_cast<const char*>(count), sizeof count)) !=
        std::string::npos);
  CHECK(bytes.find(std::string(reinterpret_cast<const char*>(letters), sizeof letters)) !=
        std::string::npos);
}

TEST_CASE("plot masks counts hidden tokens, with a model or without", "[cli]") {
  const std::string text = "The sun is größer.\tThe moon.\n";
  const auto masked = run({"mask", "-m", model("bert-mlm"), "--probability", "1", "--json"}, text);
  REQUIRE(masked.exit == 0);
  const auto record = nlp::Json::parse(masked.out);
  std::size_t hidden = 0;
  for (const auto& label : record["labels"]) hidden += label >= 0 ? 1 : 0;
  const auto total = "times masked (" + std::to_string(hidden) + " in all";
  const auto parts = run({"plot", "masks"}, masked.out);
  INFO(parts.err);
  CHECK(parts.out.find(total) != std::string::npos);
  CHECK(parts.out.find("The █") != std::string::npos);  // as the text has it, in both halves
  const auto named = run({"plot", "masks", "-m", model("bert-mlm")}, masked.out);
  INFO(named.err);
  CHECK(named.out.find(total) != std::string::npos);
  const auto cbor =
      run({"mask", "-m", model("bert-mlm"), "--probability", "1", "--wire", "cbor"}, text);
  CHECK(run({"plot", "masks"}, cbor.out).out == parts.out);
  const auto bytes =
      run({"mask", "-m", model("bert-mlm"), "--probability", "1", "--json", "--offsets", "bytes"},
          text);
  CHECK(run({"plot", "masks", "--offsets", "bytes"}, bytes.out).out == parts.out);
}

TEST_CASE("plot masks refuses what has no masks", "[cli]") {
  const auto said = [](const std::string& input, const std::string& part) {
    const auto ended = run({"plot", "masks"}, input);
    INFO(ended.err);
    CHECK(ended.exit == 3);
    CHECK(ended.out.empty());
    CHECK(ended.err.find(part) != std::string::npos);
  };
  said("text\n", "stdin:1: ");
  said("{\"text\":\"a\"}\n", "stdin:1: nothing masked");
  said("{\"text\":\"a\",\"masked\":[7]}\n", "stdin:1: field `masked`");
  said("{\"ids\":[1],\"labels\":[1]}\n", "stdin:1: tokens without offsets");
  said("{\"text\":\"a\",\"ids\":[1],\"labels\":[1],\"offsets\":[[0,9]]}\n",
       "stdin:1: offsets 0 to 9");
  said("{\"text\":\"a\",\"masked\":[]}\n", "no word was masked");
}
