// NumPy's files read back, and what is no such file refused with its reason.
#include "base/npy_reader.hpp"

#include <cstring>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/npy.hpp"
#include "support/catch.hpp"

namespace npy = nlp::npy;
using Shape = std::vector<std::int64_t>;

namespace {

// A file of format 1.0 with this dictionary.
std::string file(const std::string& dictionary, const std::string& values) {
  const std::string text = dictionary + "\n";
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(text.size()) +
         static_cast<char>(text.size() >> 8) + text + values;
}

std::string described(const std::string& descr, const std::string& shape = "(2,)",
                      const std::string& order = "False") {
  return "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + ", }";
}

npy::Array read(const std::string& bytes) {
  return npy::read(std::as_bytes(std::span(bytes)), "x");
}

void refused(const std::string& bytes, const std::string& reason) {
  try {
    read(bytes);
    FAIL_CHECK("taken, without: " + reason);
  } catch (const nlp::Error& error) {
    INFO(error.what());
    CHECK(error.kind() == nlp::Kind::data);
    CHECK(std::string(error.what()).rfind("x: ", 0) == 0);
    CHECK(std::string(error.what()).find(reason) != std::string::npos);
  }
}

}  // namespace

TEST_CASE("an array that was written is read as it was, without a copy", "[base]") {
  const Shape shape = {2, 3};
  const float values[] = {1, -2, 3.5f, 0, 1e-30f, 7};
  std::string bytes = npy::header(npy::Type::float32, shape);
  bytes.append(reinterpret_cast<const char*>(values), sizeof values);
  const auto array = read(bytes);
  CHECK(array.element == npy::Element::f32);
  CHECK(array.shape == shape);
  CHECK(array.count() == 6);
  REQUIRE(array.floats());
  CHECK(static_cast<const void*>(array.floats()->data()) == bytes.data() + bytes.size() - 24);
  CHECK(std::equal(array.floats()->begin(), array.floats()->end(), values));
}

TEST_CASE("every element type of numbers has its name and size", "[base]") {
  const struct {
    const char *descr, *name;
    std::size_t size;
  } types[] = {{"'|b1'", "bool", 1},    {"'|i1'", "int8", 1},      {"'<i2'", "int16", 2},
               {"'<i4'", "int32", 4},   {"'<i8'", "int64", 8},     {"'|u1'", "uint8", 1},
               {"'<u2'", "uint16", 2},  {"'<u4'", "uint32", 4},    {"'<u8'", "uint64", 8},
               {"'<f2'", "float16", 2}, {"\"<f4\"", "float32", 4}, {"'<f8'", "float64", 8}};
  for (const auto& type : types) {
    const auto array = read(file(described(type.descr), std::string(2 * type.size, '\1')));
    CHECK(npy::name_of(array.element) == type.name);
    CHECK(npy::size_of(array.element) == type.size);
    CHECK(array.count() == 2);
    CHECK(array.floats().has_value() ==
          (std::string(type.name) == "float32" &&
           reinterpret_cast<std::uintptr_t>(array.values.data()) % alignof(float) == 0));
  }
}

TEST_CASE("shapes of no, one and many extents are read, keys in any order", "[base]") {
  CHECK(read(file(described("'|u1'", "()"), "a")).shape.empty());
  CHECK(read(file(described("'|u1'", "(3,)"), "abc")).shape == Shape{3});
  CHECK(read(file(described("'|u1'", "(1L, 3L)"), "abc")).shape == Shape{1, 3});
  CHECK(read(file(described("'|u1'", "(5, 0, 9)"), "")).shape == Shape{5, 0, 9});
  const auto array = read(file("{\"shape\":(2,2),'fortran_order':True,'descr':'|u1'}", "abcd"));
  CHECK(array.shape == Shape{2, 2});
  CHECK(array.column_major);
}

TEST_CASE("columns first are no row-major floats unless there is one axis", "[base]") {
  const std::string values(16, '\0');
  std::string padded = described("'<f4'", "(2, 2)", "True");
  CHECK_FALSE(read(file(padded, values)).floats());
}

TEST_CASE("a header of format 2.0 has a longer size", "[base]") {
  const std::string text = described("'|u1'", "(3,)") + "\n";
  std::string bytes("\x93NUMPY\x02\x00", 8);
  bytes += static_cast<char>(text.size());
  bytes += std::string(3, '\0') + text + "abc";
  CHECK(read(bytes).shape == Shape{3});
}

TEST_CASE("a .npy file that ends anywhere too early is refused", "[base]") {
  const std::string whole = file(described("'<i4'"), "01234567");
  CHECK(read(whole).count() == 2);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string part = whole.substr(0, size);
    CHECK_THROWS_AS(read(part), nlp::Error);
  }
  refused(whole + "8", "expected 8 bytes of values, got 9");
  refused("", "ends within its header");
}

TEST_CASE("what is no .npy file is refused with the rule that it breaks", "[base]") {
  refused("PK\x03\x04 and so on", "not a .npy file");
  refused(std::string("\x93NUMPY\x09\x00\x02\x00{}", 12), "format 9.0 is not known");
  refused(file("[]", ""), "no dictionary");
  refused(file("{'descr': '<f4'", ""), "no dictionary");
  refused(file("{'descr': '<f4', 'shape': (1,)}", "0123"), "lacks a key");
  refused(file(described("'<f4'") + "x", "01234567"), "does not end");
  refused(file("{'descr': '<f4', 'descr': '<f4'}", ""), "twice");
  refused(file("{'color': '<f4'}", ""), "does not know");
  refused(file(described("'<f4'", "(2,)", "Maybe"), "01234567"), "neither True nor False");
  refused(file(described("'<f4'", "(-2,)"), ""), "no tuple of sizes");
  refused(file(described("'<f4'", "2"), ""), "no dictionary");
}

TEST_CASE("elements that are no little-endian numbers are refused by name", "[base]") {
  refused(file(described("'|O'"), "01234567"), "got descr |O");
  refused(file(described("'<U5'"), "01234567"), "got descr <U5");
  refused(file(described("'<c8'"), "01234567"), "got descr <c8");
  refused(file(described("''"), ""), "no numbers");
  refused(file(described("[('a', '<f4')]"), "01234567"), "of a structure");
  refused(file(described("'>f4'"), "01234567"), "astype('<f4')");
}

TEST_CASE("a .npy header that claims more than there can be takes no memory", "[base]") {
  refused(file(described("'<f4'", "(4611686018427387904,)"), ""), "more values than memory");
  refused(file(described("'<f4'", "(4611686018427387904, 4, 0)"), ""), "more values than memory");
  refused(file(described("'<f4'", "(99999999999999999999,)"), ""), "too large");
  refused(file(described("'<f4'", "(1000000000000,)"), "0123"), "expected 4000000000000 bytes");
  std::string many = "(";
  for (int k = 0; k < 65; ++k) many += "1,";
  refused(file(described("'<f4'", many + ")"), "0123"), "at most 64");
}
