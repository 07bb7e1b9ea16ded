#include "base/base64.hpp"

#include <string>

#include "base/error.hpp"
#include "support/catch.hpp"

namespace {
std::string encoded(std::string_view text) {
  std::string dst = "before ";
  nlp::append_base64(std::as_bytes(std::span(text)), dst);
  return dst.substr(7);
}

std::string decoded(std::string_view text) {
  const auto bytes = nlp::decode_base64(text);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
}  // namespace

TEST_CASE("base64 is that of RFC 4648, section 10", "[base]") {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : vectors) {
    CHECK(encoded(plain) == text);
    CHECK(decoded(text) == plain);
  }
}

TEST_CASE("every byte comes back from base64", "[base]") {
  std::string bytes;
  for (int size = 0; size < 257; ++size) {
    CHECK(decoded(encoded(bytes)) == bytes);
    bytes += static_cast<char>(size * 37);
  }
  CHECK(encoded("\xFB\xEF\xFF") == "++//");
}

TEST_CASE("what is not base64 is refused with its place", "[base]") {
  const auto refusal = [](std::string_view text) -> std::string {
    try {
      nlp::decode_base64(text);
    } catch (const nlp::Error& error) {
      CHECK(error.kind() == nlp::Kind::data);
      return error.what();
    }
    return "was taken";
  };
  CHECK(refusal("Zg=") == "not base64 (3 characters, no multiple of 4)");
  CHECK(refusal("Z-==") == "not base64 (broken at character 2)");
  CHECK(refusal("Zm9v\nZg=") == "not base64 (broken at character 5)");
  CHECK(refusal("Z===") == "not base64 (broken at character 2)");
  CHECK(refusal("Zg==Zg==") == "not base64 (broken at character 3)");
}
