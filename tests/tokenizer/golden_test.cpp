// Hard texts and what the reference library makes of them.
#include <fstream>
#include <string>

#include "base/json.hpp"
#include "support/catch.hpp"
#include "support/paths.hpp"
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
}  // namespace

TEST_CASE("ids, tokens, offsets, type ids and decoded text are the reference's", "[tokenizer]") {
  for (const std::string name :
       {"wordpiece-uncased", "wordpiece-cased", "wordpiece-accents", "bert-base-cased"}) {
    const std::string directory = paths::data("tokenizers/") + name;
    const Tokenizer tokenizer = Tokenizer::open(directory);
    std::ifstream cases(directory + "/cases.jsonl");
    int count = 0;
    for (std::string line; std::getline(cases, line); ++count) {
      const Json expected = Json::parse(line);
      INFO(name << " " << line);
      const auto text = expected["text"].get<std::string>();
      const auto pair = expected["pair"].is_null() ? "" : expected["pair"].get<std::string>();
      const Encoding encoding =
          expected["pair"].is_null() ? tokenizer.encode(text) : tokenizer.encode(text, pair);
      REQUIRE(Json(encoding.ids) == expected["ids"]);
      REQUIRE(Json(encoding.type_ids) == expected["type_ids"]);
      REQUIRE(Json(tokenizer.surfaces(encoding)) == expected["tokens"]);
      REQUIRE(offsets_of(encoding, text, pair) == expected["offsets"]);
      REQUIRE(tokenizer.decode(encoding.ids) == expected["decoded"].get<std::string>());
    }
    CHECK(count > 70);
  }
}
