// Hard texts and what the reference library makes of them.
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "support/catch.hpp"
#include "support/paths.hpp"
#include "support/temporary_directory.hpp"
#include "text/offsets.hpp"
#include "tokenizer/tokenizer.hpp"

using nlp::Json;
using nlp::tokenizer::Encoding;
using nlp::tokenizer::Tokenizer;

namespace {
Json offsets_of(const Encoding& encoding, const std::string& text, const std::string& pair) {
  const nlp::text::Offsets in_text(text, nlp::text::Unit::codepoints),
      in_pair(pair, nlp::text::Unit::codepoints);
  Json offsets = Json::array();
  for (std::size_t k = 0; k < encoding.size(); ++k) {
    const auto span =
        encoding.sequence[k] == 1 ? in_pair(encoding.offsets[k]) : in_text(encoding.offsets[k]);
    offsets.push_back({span.start, span.end});
  }
  return offsets;
}

void compare(const Tokenizer& tokenizer, const Json& expected, Tokenizer::Workspace& workspace) {
  INFO(expected);
  const auto text = expected["text"].get<std::string>();
  const auto pair = expected["pair"].is_null() ? "" : expected["pair"].get<std::string>();
  const bool has_pair = !expected["pair"].is_null();
  const Encoding encoding = has_pair ? tokenizer.encode(text, pair) : tokenizer.encode(text);
  REQUIRE(Json(encoding.ids) == expected["ids"]);
  REQUIRE(Json(encoding.type_ids) == expected["type_ids"]);
  REQUIRE(Json(tokenizer.surfaces(encoding)) == expected["tokens"]);
  REQUIRE(offsets_of(encoding, text, pair) == expected["offsets"]);
  REQUIRE(tokenizer.decode(encoding.ids) == expected["decoded"].get<std::string>());
  std::vector<std::int32_t> ids;
  tokenizer.encode_ids(text, has_pair ? std::optional<std::string_view>(pair) : std::nullopt, true,
                       workspace, ids);
  REQUIRE(ids == encoding.ids);
}
}  // namespace

TEST_CASE("ids, tokens, offsets, type ids and decoded text are the reference's", "[tokenizer]") {
  for (const std::string name :
       {"wordpiece-uncased", "wordpiece-cased", "wordpiece-accents", "bert-base-cased"}) {
    const std::string directory = paths::data("tokenizers/") + name;
    const Tokenizer tokenizer = Tokenizer::open(directory);
    std::ifstream cases(directory + "/cases.jsonl");
    auto workspace = tokenizer.workspace();
    int count = 0;
    for (std::string line; std::getline(cases, line); ++count)
      compare(tokenizer, Json::parse(line), workspace);
    CHECK(count > 70);
  }
}

// A line: a tokenizer.json and results.  Made by scripts/compare-tokenizers.
TEST_CASE("tokenizers of all parts make of hard texts what the reference makes", "[tokenizer]") {
  const TemporaryDirectory directory;
  std::ifstream lines(paths::data("tokenizers/parts.jsonl"));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const Json golden = Json::parse(line);
    directory.write("tokenizer.json", golden["tokenizer"].dump());
    INFO("line " << count + 1);
    const Tokenizer tokenizer = Tokenizer::open(directory.path());
    auto workspace = tokenizer.workspace();
    for (const Json& expected : golden["cases"]) compare(tokenizer, expected, workspace);
  }
  CHECK(count >= 100);
}
