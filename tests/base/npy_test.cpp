// NumPy's files, byte by byte.
#include "base/npy.hpp"

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/npz.hpp"
#include "support/catch.hpp"

using nlp::NpzWriter;
using nlp::npy::Type;

namespace {
std::string header_of(Type type, std::vector<std::int64_t> shape) {
  return nlp::npy::header(type, shape);
}

std::uint32_t number(const std::string& bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, size);
  return value;
}

// The members of a zip archive by its central directory (APPNOTE 4.3), which must be stored as they
// are.
std::map<std::string, std::string> members(const std::string& zip) {
  std::map<std::string, std::string> found;
  const std::size_t end = zip.rfind("PK\x05\x06");
  REQUIRE(end != std::string::npos);
  std::size_t at = number(zip, end + 16, 4);
  for (unsigned k = 0; k < number(zip, end + 10, 2); ++k) {
    REQUIRE(zip.compare(at, 4, "PK\x01\x02") == 0);
    CHECK(number(zip, at + 10, 2) == 0);  // stored
    const std::uint32_t size = number(zip, at + 20, 4), name = number(zip, at + 28, 2);
    const std::uint32_t local = number(zip, at + 42, 4);
    const std::size_t data = local + 30 + number(zip, local + 26, 2) + number(zip, local + 28, 2);
    found[zip.substr(at + 46, name)] = zip.substr(data, size);
    at += 46 + name + number(zip, at + 30, 2) + number(zip, at + 32, 2);
  }
  return found;
}

std::string archive() {
  std::string zip;
  NpzWriter writer([&](std::string_view bytes) { zip += bytes; });
  const std::vector<std::int64_t> two = {2}, none = {0, 3};
  writer.begin("a", Type::float32, two);
  writer.write("0123");
  writer.write("4567");
  writer.end();
  writer.begin("b", Type::int64, none);
  writer.end();
  writer.finish();
  return zip;
}
}  // namespace

TEST_CASE("a .npy header is Python's dictionary, padded so that values lie on 64 bytes", "[base]") {
  const std::string bytes = header_of(Type::float32, {2540, 384});
  CHECK(bytes.size() == 128);
  CHECK(bytes.substr(0, 8) == std::string("\x93NUMPY\x01\x00", 8));
  CHECK(number(bytes, 8, 2) == 118);
  CHECK(bytes.substr(10, 63) == "{'descr': '<f4', 'fortran_order': False, 'shape': (2540, 384), ");
  CHECK(bytes.back() == '\n');
  CHECK(header_of(Type::int64, {3}).find("'<i8'") != std::string::npos);
  CHECK(header_of(Type::int64, {3}).find("'shape': (3,)") != std::string::npos);
  CHECK(header_of(Type::int64, {}).find("'shape': ()") != std::string::npos);
}

TEST_CASE("a .npy header beyond the format's 64 KiB is refused", "[base]") {
  for (std::size_t extents : {1, 20, 21, 22, 23, 1000})
    CHECK(header_of(Type::float32, std::vector<std::int64_t>(extents, 1)).size() % 64 == 0);
  CHECK_THROWS_AS(header_of(Type::float32, std::vector<std::int64_t>(30000, 1)), nlp::Error);
}

TEST_CASE("an .npz archive holds one .npy file for each array", "[base]") {
  const auto found = members(archive());
  REQUIRE(found.size() == 2);
  CHECK(found.at("a.npy") == header_of(Type::float32, {2}) + "01234567");
  CHECK(found.at("b.npy") == header_of(Type::int64, {0, 3}));
}

TEST_CASE("the same arrays give the same archive", "[base]") { CHECK(archive() == archive()); }

TEST_CASE("what the destination of an archive throws comes out of the writer", "[base]") {
  struct Full {};
  NpzWriter writer([](std::string_view) { throw Full(); });
  const std::vector<std::int64_t> shape = {1};
  const auto write = [&] {
    writer.begin("a", Type::float32, shape);
    for (int k = 0; k < 1 << 16; ++k) writer.write("0123");
    writer.end();
    writer.finish();
  };
  CHECK_THROWS_AS(write(), Full);
}
