// The character map of SentencePiece, and the grapheme clusters it is applied to.
#include "tokenizer/precompiled.hpp"

#include <map>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "text/grapheme.hpp"

using nlp::text::cluster_size;
using nlp::tokenizer::Charsmap;
using nlp::tokenizer::Precompiled;

namespace {
std::string bytes_of(const std::vector<std::uint32_t>& units) {
  std::string bytes;
  for (const std::uint32_t unit : units)
    for (int k = 0; k < 4; ++k) bytes += static_cast<char>(unit >> 8 * k & 0xFF);
  return bytes;
}

// A map, in a double array with a block of nodes for every start of a key.
std::string blob(const std::map<std::string, std::string>& map) {
  std::string texts;
  std::map<std::string, std::size_t> starts = {{"", 0}};  // and where their nodes stand
  for (const auto& [key, value] : map)
    for (std::size_t size = 1; size <= key.size(); ++size) starts.emplace(key.substr(0, size), 0);
  std::vector<std::uint32_t> units(256 * (starts.size() + 1));
  std::uint32_t block = 0;
  for (auto& [start, node] : starts) {  // a start comes before what it starts
    const std::uint32_t base = block += 256;
    if (!start.empty()) {
      const std::size_t parent = starts.at(start.substr(0, start.size() - 1));
      const auto byte = static_cast<unsigned char>(start.back());
      node = (parent ^ (units[parent] >> 10)) ^ byte;
      units[node] = byte;
    }
    units[node] |= static_cast<std::uint32_t>(node ^ base) << 10;
    const auto found = map.find(start);
    if (found == map.end()) continue;
    units[node] |= 1u << 8;
    units[base] = 1u << 31 | static_cast<std::uint32_t>(texts.size());
    texts += found->second + '\0';
  }
  return bytes_of({static_cast<std::uint32_t>(units.size() * 4)}) + bytes_of(units) + texts;
}

// The text, and the part of the original behind each of its bytes.
std::pair<std::string, std::string> normalized(const std::map<std::string, std::string>& map,
                                               const std::string& text) {
  nlp::text::AlignedText aligned;
  aligned.assign(text, 0);
  Precompiled(Charsmap(blob(map), "map")).normalize(aligned);
  std::string origins;
  for (std::uint32_t k = 0; k < aligned.size(); ++k)
    origins += std::to_string(aligned.origin({k, k + 1}).start);
  return {std::string(aligned.view()), origins};
}
using Pair = std::pair<std::string, std::string>;
const std::string kAcute = "\xCC\x81";
}  // namespace

TEST_CASE("a charsmap gives what the shortest key becomes", "[tokenizer]") {
  const Charsmap map(blob({{"a", "X"}, {"abc", "Y"}, {"bc", ""}}), "map");
  CHECK(map.find("abc") == "X");
  CHECK(map.find("bcd") == "");
  CHECK_FALSE(map.find("b").has_value());
  CHECK_FALSE(map.find("").has_value());

  REQUIRE(map.find_longest("abcd").has_value());
  CHECK(map.find_longest("abcd")->text == "Y");
  CHECK(map.find_longest("abcd")->size == 3);
  CHECK(map.find_longest("abx")->size == 1);
  CHECK_FALSE(map.find_longest("b").has_value());
}

TEST_CASE("SentencePiece itself takes the longest key at each place", "[tokenizer]") {
  const Charsmap map(blob({{"a", "X"}, {"abc", "YZ"}, {"q", ""}}), "map");
  nlp::text::AlignedText text;
  text.assign("qabcabq", 0);
  nlp::tokenizer::LongestMapped(map).normalize(text);
  CHECK(text.view() == "YZXb");
  const auto origin = [&](std::uint32_t k) { return text.origin({k, k + 1}); };
  CHECK(origin(0).start == 1);
  CHECK(origin(2).start == 4);
  CHECK(origin(3).start == 5);
}

TEST_CASE("short clusters become what their start becomes, long ones go by characters",
          "[tokenizer]") {
  const std::map<std::string, std::string> map = {
      {"A", "B"}, {"e" + kAcute, "E"}, {"x", "yz"}, {"d", ""}};
  CHECK(normalized(map, "nothing") == Pair("nothing", "0123456"));
  CHECK(normalized(map, "A" + kAcute) == Pair("B", "0"));
  CHECK(normalized(map, "e" + kAcute + "n") == Pair("En", "03"));
  CHECK(normalized(map, "A" + kAcute + kAcute + kAcute) ==
        Pair("B" + kAcute + kAcute + kAcute, "0113355"));
  CHECK(normalized(map, "xA") == Pair("yzB", "001"));
  CHECK(normalized(map, "AdA") == Pair("BB", "02"));
  // What is removed at the start belongs to nothing before it: so the reference counts.
  CHECK(normalized(map, "dA") == Pair("B", "0"));
  CHECK(normalized(map, "d") == Pair("", ""));
}

TEST_CASE("broken charsmaps are refused", "[tokenizer]") {
  const std::string good = blob({{"a", "\xC3\xA9"}});
  const auto refused = [](const std::string& bytes) {
    try {
      Charsmap(bytes, "map");
    } catch (const nlp::Error& error) {
      return error.kind() == nlp::Kind::model;
    }
    return false;
  };
  CHECK_FALSE(refused(good));
  for (std::size_t size = 0; size + 3 < good.size(); ++size) CHECK(refused(good.substr(0, size)));
  CHECK(refused(good + "\xFF"));
  CHECK(refused(bytes_of({0})));
  CHECK(refused(bytes_of({6}) + "123456"));
  CHECK(refused(bytes_of({4, 1u << 8 | 1u << 20})));                // a leaf outside the array
  CHECK(refused(bytes_of({8, 1u << 8 | 1u << 10, 1u << 31 | 9})));  // a text outside the texts
  CHECK(refused(bytes_of({8, 1u << 8 | 1u << 10, 1u << 31 | 1}) + "\xC3\xA9"));  // half a character
}

TEST_CASE("a cluster is a character with its marks, a line end, a syllable or joined signs",
          "[text]") {
  const auto size = [](const std::string& text) { return cluster_size(text, 0); };
  CHECK(size("ab") == 1);
  CHECK(size("a" + kAcute + kAcute + "b") == 5);
  CHECK(size("\r\n") == 2);
  CHECK(size("\n\r") == 1);
  CHECK(size("\n" + kAcute) == 1);
  CHECK(size(kAcute + "a") == 2);
  CHECK(size("\xD8\x80"
             "a") == 3);  // U+0600 Prepend
  CHECK(size("\xD8\x80\n") == 2);
  CHECK(size("\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA8x") == 9);  // jamo L V T
  CHECK(size("\xEA\xB0\x80\xE1\x86\xA8x") == 6);              // LV T
  CHECK(size("\xEA\xB0\x81\xE1\x85\xA1") == 3);               // LVT, then V
  CHECK(size("\xC2\xA9\xE2\x80\x8D\xC2\xA9") == 7);           // joined pictographs
  CHECK(size("a\xE2\x80\x8D\xC2\xA9") == 4);
  CHECK(size("\xE4\xBD\xA0\xE5\xA5\xBD") == 3);
}
