#include "base/cbor.hpp"

#include <string>

#include "support/catch.hpp"

namespace {
std::string by_way_of_cbor(const std::string& json) {
  std::string item, back;
  nlp::cbor::append_from_json(json, item);
  nlp::cbor::append_json(item, back);
  return back;
}
}  // namespace

TEST_CASE("a number beyond float64 comes through CBOR exactly, one beyond any exponent as null",
          "[base]") {
  CHECK(by_way_of_cbor("1e400") == "1e400");
  CHECK(by_way_of_cbor("-1.5e400") == "-15e399");
  CHECK(by_way_of_cbor("1e99999999999999999999") == "null");
  CHECK(by_way_of_cbor("[-1e99999999999999999999,2]") == "[null,2]");
  CHECK(by_way_of_cbor("0e99999999999999999999") == "0.0");
}

TEST_CASE("fractions nested in fractions are written in the time of one", "[base]") {
  std::string item, json;
  for (int depth = 0; depth < 200; ++depth) item += "\xC4\x82";  // [exponent, mantissa] of …
  item += '\0';
  for (int depth = 0; depth < 200; ++depth) item += '\x60';  // "" for each mantissa
  nlp::cbor::append_json(item, json);
  CHECK(json.substr(198, 6) == "[[0,\"\"");
}

TEST_CASE("maps nested as keys are refused before their text grows without bound", "[base]") {
  std::string item, json;
  for (int depth = 0; depth < 60; ++depth) item += '\xA1';  // a map of one, its key a map of one …
  item += std::string(61, '\x60');
  CHECK_THROWS(nlp::cbor::append_json(item, json));
  CHECK(json.size() < 1000);
}
