// Archives of arrays read back; a damaged one is refused wherever it is damaged.
#include "base/npz_reader.hpp"

#include <random>
#include <string>
#include <vector>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/npz.hpp"
#include "support/catch.hpp"

namespace npy = nlp::npy;
using Shape = std::vector<std::int64_t>;

namespace {

std::string archive(const std::vector<std::string>& names, std::size_t count) {
  std::string zip;
  nlp::NpzWriter writer([&](std::string_view bytes) { zip += bytes; });
  for (const auto& name : names) {
    const Shape shape = {static_cast<std::int64_t>(count)};
    writer.begin(name, npy::Type::float32, shape);
    for (std::size_t k = 0; k < count; ++k) {
      const auto value = static_cast<float>(k);
      writer.write({reinterpret_cast<const char*>(&value), sizeof value});
    }
    writer.end();
  }
  writer.finish();
  return zip;
}

nlp::NpzArrays read(const std::string& bytes) {
  return nlp::read_npz(std::as_bytes(std::span(bytes)), "x");
}

std::string reason(const std::string& bytes) {
  try {
    read(bytes);
  } catch (const nlp::Error& error) {
    CHECK(error.kind() == nlp::Kind::data);
    return error.what();
  }
  return "";
}

// A name in the archive, in the member's header and in the directory, becomes another of its size.
std::string renamed(std::string bytes, const std::string& from, const std::string& to) {
  for (auto at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at + to.size()))
    bytes.replace(at, from.size(), to);
  return bytes;
}

}  // namespace

TEST_CASE("arrays that were archived are read by their names", "[base]") {
  const auto arrays = read(archive({"norm1.weight", "b", "a.b"}, 40000));
  REQUIRE(arrays.size() == 3);
  const auto floats = arrays.at("norm1.weight").array.floats();
  REQUIRE(floats);
  CHECK(floats->size() == 40000);
  for (std::size_t k = 0; k < floats->size(); ++k) REQUIRE((*floats)[k] == static_cast<float>(k));
  CHECK(arrays.contains("a.b"));
}

TEST_CASE("an archive that np.savez_compressed wrote is read", "[base]") {
  // np.savez_compressed(f, a=np.arange(100).reshape(20, 5) % 3 > 0)
  const auto zip = nlp::decode_base64(
      "UEsDBC0AAAAIAAAAIQB5zTA6//////////8FABQAYS5ucHkBABAA5AAAAAAAAABMAAAAAAAAAJvsF+obEMnI"
      "UMZQrZ6SWpxcpG6loF6TZKiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkYGOgqmmjoKtQrkAi4G"
      "RkaaIwBQSwECLQMtAAAACAAAACEAec0wOkwAAADkAAAABQAAAAAAAAAAAAAAgAEAAAAAYS5ucHlQSwUGAAAA"
      "AAEAAQAzAAAAgwAAAAAA");
  const auto arrays = nlp::read_npz(zip, "x");
  const auto& array = arrays.at("a").array;
  CHECK(array.element == npy::Element::boolean);
  REQUIRE(array.shape == Shape{20, 5});
  for (int k = 0; k < 100; ++k)
    CHECK(std::to_integer<int>(array.values[static_cast<std::size_t>(k)]) == (k % 3 > 0));
}

TEST_CASE("an archive that ends anywhere too early is refused", "[base]") {
  const std::string whole = archive({"a", "b"}, 3);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    CHECK(reason(whole.substr(0, size)).rfind("x: ", 0) == 0);
  }
}

TEST_CASE("a value that was changed in an archive is noticed by its checksum", "[base]") {
  std::string bytes = archive({"a"}, 30000);
  bytes[bytes.size() / 2] ^= 1;
  CHECK(reason(bytes).find("CRC") != std::string::npos);
}

TEST_CASE("no byte of an archive can be changed to more than an error or other numbers", "[base]") {
  const std::string whole = archive({"a", "b"}, 3);
  std::mt19937 generator(7);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(generator());
    reason(bytes);  // an Error of kind data, or nothing
  }
}

TEST_CASE("members must be .npy files of different names", "[base]") {
  const std::string bytes = archive({"aa", "bb"}, 2);
  CHECK(reason(renamed(bytes, "bb.npy", "aa.npy")).find("there twice") != std::string::npos);
  CHECK(reason(renamed(bytes, "bb.npy", "bb.txt")).find("bb.txt: no .npy file") !=
        std::string::npos);
  CHECK(reason("just a text").find("not a .npz file") != std::string::npos);
}
