#include "base/json.hpp"

#include <string>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

namespace {
std::string refusal(std::string_view text, nlp::Kind kind) {
  try {
    nlp::parse_json(text, "in.json", kind == nlp::Kind::model);
  } catch (const nlp::Error& error) {
    CHECK(error.kind() == kind);
    return error.what();
  }
  return "was taken";
}
}  // namespace

TEST_CASE("JSON keeps the order of its keys", "[base]") {
  CHECK(nlp::parse_json(R"({"z":1,"a":[2]})", "in").dump() == R"({"z":1,"a":[2]})");
}

TEST_CASE("broken JSON is refused with its place", "[base]") {
  CHECK(refusal("{\"a\":}", nlp::Kind::model) == "in.json: not JSON (broken at byte 6)");
  CHECK(refusal("", nlp::Kind::data) == "in.json: not JSON (broken at byte 1)");
  CHECK(refusal("{}x", nlp::Kind::data) == "in.json: not JSON (broken at byte 3)");
  CHECK(refusal(std::string("{}\0x", 4), nlp::Kind::data) ==
        "in.json: not JSON (broken at byte 3)");
  CHECK(refusal("\"\xFF\"", nlp::Kind::data) == "in.json: not JSON (broken at byte 2)");
}

TEST_CASE("a JSON file that is not there is named", "[base]") {
  TemporaryDirectory directory;
  const auto path = directory.path() / "config.json";
  CHECK_THROWS_AS(nlp::read_json(path), nlp::Error);
  directory.write("config.json", "[1]");
  CHECK(nlp::read_json(path).dump() == "[1]");
}
