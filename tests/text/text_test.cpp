#include <string>
#include <vector>

#include "support/catch.hpp"
#include "text/offsets.hpp"
#include "text/unicode.hpp"
#include "text/utf8.hpp"

using namespace nlp::text;

namespace {
std::string normal(const char* text, NormalForm form) {
  std::vector<Change> changes;
  normal_form(text, form, changes);
  std::string changed;
  for (const Change& change : changes) append(changed, change.point);
  return changed;
}
}  // namespace

TEST_CASE("what is not UTF-8 becomes one U+FFFD for each maximal part", "[text]") {
  const auto repaired = [](std::string text) {
    const std::size_t count = repair(text);
    return std::pair(text, count);
  };
  const std::string bad = "\xEF\xBF\xBD";
  CHECK(repaired("plain \xC3\xA9") == std::pair(std::string("plain \xC3\xA9"), std::size_t{0}));
  CHECK(repaired("a\xFF") == std::pair("a" + bad, std::size_t{1}));
  CHECK(repaired("\xE2\x82") == std::pair(bad, std::size_t{1}));  // cut short
  CHECK(repaired("\xE2\x82z") == std::pair(bad + "z", std::size_t{1}));
  CHECK(repaired("\xC0\x80") == std::pair(bad + bad, std::size_t{2}));            // overlong
  CHECK(repaired("\xED\xA0\x80") == std::pair(bad + bad + bad, std::size_t{3}));  // surrogate
  CHECK(repaired("\xF4\x90\x80\x80") == std::pair(bad + bad + bad + bad, std::size_t{4}));
  CHECK(repaired("\xF0\x9F\x98\x80") == std::pair(std::string("\xF0\x9F\x98\x80"), std::size_t{0}));
  CHECK(repaired("\xF0\x9F\x98") == std::pair(bad, std::size_t{1}));
}

TEST_CASE("bytes become code points and UTF-16 units, and come back", "[text]") {
  std::string text;
  for (int k = 0; k < 50; ++k) text += "a\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80";
  const Offsets points(text, Unit::codepoints), units(text, Unit::utf16), bytes(text, Unit::bytes);
  std::uint32_t point = 0, unit = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<std::uint32_t>(at);
    CHECK(points(byte) == point);
    CHECK(units(byte) == unit);
    CHECK(bytes(byte) == byte);
    CHECK(points.byte_of(point) == byte);
    CHECK(units.byte_of(unit) == byte);
    const char32_t c = decode(text, at);
    ++point;
    unit += c >= 0x10000 ? 2 : 1;
  }
  CHECK(points(static_cast<std::uint32_t>(text.size())) == 200);
  CHECK(units(static_cast<std::uint32_t>(text.size())) == 250);
}

TEST_CASE("classes are those of the reference's Unicode version, not the system's", "[text]") {
  CHECK(is_control(0x0B));
  CHECK(is_control(0x85));
  CHECK(is_control(0x200B));
  CHECK_FALSE(is_control(0x890));  // a format character since Unicode 14
  CHECK(is_punctuation('$'));
  CHECK(is_punctuation(0x166D));  // a symbol since Unicode 12
  CHECK_FALSE(is_punctuation(0x2E52));
  CHECK(is_nonspacing(0x301));
  CHECK_FALSE(is_nonspacing(0x898));
  CHECK(is_cjk(0x2B920));
  CHECK_FALSE(is_cjk(0x2B820));  // the reference's slip is part of its ids
  CHECK_FALSE(is_cjk(0x3007));
}

TEST_CASE("lowercase is per character, without the rule for the last sigma", "[text]") {
  CHECK(lowercase(U'\u03A3').first == U'\u03C3');
  CHECK(lowercase(U'\u1E9E').first == U'\u00DF');
  CHECK(lowercase(0x130).first == U'i');
  CHECK(lowercase(0x130).second == 0x307);
  CHECK(lowercase(0x10D50).first == 0x10D70);  // Unicode 16
  CHECK(lowercase(U'\u0101').first == U'\u0101');
}

TEST_CASE("marks newer than the reference's tables stay where they stand", "[text]") {
  const auto nfd = [](const char* text) { return normal(text, NormalForm::nfd); };
  CHECK(nfd("\u00e9") == "e\u0301");
  CHECK(nfd("a\u0301\u0323") == "a\u0323\u0301");        // canonical order
  CHECK(nfd("a\u1ac3\u0335") == "a\u1ac3\u0335");        // a mark since Unicode 14
  CHECK(nfd("\u0308\U00010f83") == "\u0308\U00010f83");  // likewise
  CHECK(nfd("\U00011938") == "\U00011938");              // decomposed since Unicode 13
  CHECK(nfd("\uac01") == "\u1100\u1161\u11a8");
}

TEST_CASE("text is composed as far as its marks stand free", "[text]") {
  const auto nfc = [](const char* text) { return normal(text, NormalForm::nfc); };
  CHECK(nfc("e\u0301") == "\u00e9");
  CHECK(nfc("a\u0323\u0302") == "\u1ead");  // two marks, one after the other
  CHECK(nfc("a\u0302\u0323") == "\u1ead");  // in canonical order first
  CHECK(nfc("a\u0315\u0300\u05ae") == "\u00e0\u05ae\u0315");
  CHECK(nfc("\u1100\u1161\u11a8") == "\uac01");
  CHECK(nfc("\u0301") == "\u0301");
  CHECK(nfc("\u0958") == "\u0915\u093c");  // excluded from composition
  CHECK(normal("\ufb01\u00bd", NormalForm::nfkc) == "fi1\u20442");
  CHECK(normal("\uac00\u3000", NormalForm::nfkd) == "\u1100\u1161 ");
  CHECK(normal("\u32ff", NormalForm::nfkc) == "\u32ff");  // newer than the reference's tables
}

TEST_CASE("word characters are the reference's, of the newest Unicode", "[text]") {
  for (const char32_t point : {U'a', U'_', U'7', U'\u00e9', U'\u0301', U'\u200d', U'\U00013c4b'})
    CHECK(is_word(point));
  for (const char32_t point : {U' ', U'-', U'\u00b7', U'\u2026', U'\U0001f600'})
    CHECK_FALSE(is_word(point));
}
