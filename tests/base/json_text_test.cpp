#include "base/json_text.hpp"

#include <string>
#include <vector>

#include "base/error.hpp"
#include "support/catch.hpp"

namespace json_text = nlp::json_text;

namespace {
// The byte at which check() finds `text` broken; 0 where it is JSON.
int broken_at(std::string_view text) {
  try {
    json_text::check(text);
  } catch (const nlp::Error& error) {
    CHECK(error.kind() == nlp::Kind::data);
    int place = -1;
    std::sscanf(error.what(), "not JSON (broken at byte %d)", &place);
    return place;
  }
  return 0;
}

std::string decoded(std::string_view string, std::uint64_t expected_repairs = 0) {
  std::uint64_t repaired = 0;
  std::string text = json_text::decode(string, repaired);
  CHECK(repaired == expected_repairs);
  return text;
}

std::string quoted_text(std::string_view text) {
  std::string dst;
  json_text::append_string(text, dst);
  return dst;
}
}  // namespace

TEST_CASE("what RFC 8259 allows is JSON, and the space around it is not the value", "[base]") {
  for (const std::string text : {"0", "-0", "10", "1.5", "-1.5e+10", "1E-7", "1e400", "true",
                                 "false", "null", "\"\"", R"("\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00")",
                                 "[]", "[ ]", "[1,2]", "{}", R"({"a":{"b":[1]}})", "\"\x7F\""}) {
    INFO(text);
    CHECK(json_text::check(text) == text);
    CHECK(json_text::check(" \t\r\n" + text + "\n ") == text);
  }
}

TEST_CASE("what is not JSON is refused at the byte where it breaks", "[base]") {
  CHECK(broken_at("") == 1);
  CHECK(broken_at("[1,]") == 4);
  CHECK(broken_at("{\"a\" 1}") == 6);
  CHECK(broken_at("{a:1}") == 2);
  CHECK(broken_at("[1] 2") == 5);
  for (const std::string text :
       {"01",  "1.",       ".5",          "+1",     "1e",     "-",          "nul",     "True",
        "NaN", "Infinity", "'a'",         "\"a",    "[1 2]",  "{\"a\":1,}", "{\"a\"}", "[",
        "{",   "\"\\x\"",  "\"\\u12g4\"", "\"\t\"", "\"\n\"", "[1]]",       "// a\n1"}) {
    INFO(text);
    CHECK(broken_at(text) > 0);
  }
}

TEST_CASE("nesting ends at 1000 levels, before the stack does", "[base]") {
  CHECK(broken_at(std::string(1000, '[') + std::string(1000, ']')) == 0);
  CHECK(broken_at(std::string(1000, '[') + "1" + std::string(1000, ']')) == 0);
  CHECK_THROWS_AS(json_text::check(std::string(1001, '[') + std::string(1001, ']')), nlp::Error);
  CHECK_THROWS_AS(json_text::check(std::string(1000000, '[')), nlp::Error);
}

TEST_CASE("members and items are parts of the text, digits untouched", "[base]") {
  const auto members =
      json_text::members(R"({ "a" : 9007199254740993 , "b\u00e9":[1.10, {"c":"}"}],"a":1e400})");
  REQUIRE(members.size() == 3);
  CHECK(members[0].key == "a");
  CHECK(members[0].raw == "9007199254740993");
  CHECK(members[1].key == "b\u00e9");
  CHECK(members[1].raw == R"([1.10, {"c":"}"}])");
  CHECK(members[2].raw == "1e400");
  CHECK(json_text::items(members[1].raw) == std::vector<std::string_view>{"1.10", R"({"c":"}"})"});
  CHECK(json_text::members("{}").empty());
  CHECK(json_text::items("[ ]").empty());
}

TEST_CASE("the type of a value is told by its first character", "[base]") {
  using json_text::Type;
  CHECK(json_text::type_of("{}") == Type::object);
  CHECK(json_text::type_of("[]") == Type::array);
  CHECK(json_text::type_of("\"\"") == Type::string);
  CHECK(json_text::type_of("-1") == Type::number);
  CHECK(json_text::type_of("true") == Type::boolean);
  CHECK(json_text::type_of("null") == Type::null);
}

TEST_CASE("strings come back from their escapes; a lone surrogate becomes U+FFFD", "[base]") {
  CHECK(decoded(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
  CHECK(decoded(R"("\u00e9\u4e2d\ud83d\ude00")") == "\u00e9\u4e2d\U0001F600");
  CHECK(decoded(R"("\u0000")") == std::string(1, '\0'));
  CHECK(decoded(R"("\ud83d")", 1) == "\uFFFD");
  CHECK(decoded(R"("\ude00x")", 1) == "\uFFFDx");
  CHECK(decoded(R"("\ud83d\ud83d\ude00")", 1) == "\uFFFD\U0001F600");
  CHECK(decoded(R"("\ud83d\u0041")", 1) == "\uFFFDA");
}

TEST_CASE("a string is written with the escapes it must have and no others", "[base]") {
  CHECK(quoted_text("a/\u00e9\u2028\U0001F600") == "\"a/\u00e9\u2028\U0001F600\"");
  CHECK(quoted_text("\"\\") == R"("\"\\")");
  std::string controls;
  for (char byte = 0; byte < 0x20; ++byte) controls += byte;
  CHECK(decoded(quoted_text(controls)) == controls);
  CHECK(json_text::check(quoted_text(controls)) == quoted_text(controls));
}
