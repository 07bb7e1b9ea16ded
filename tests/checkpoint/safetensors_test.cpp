// The rules of a safetensors file, one damaged file for each.
#include "checkpoint/safetensors.hpp"

#include <string>
#include <vector>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/safetensors_file.hpp"

namespace {

using nlp::checkpoint::parse_safetensors;
using nlp::checkpoint::Tensors;
using nlp::tensor::DType;
using nlp::tensor::Shape;
using safetensors::bytes_of;
using safetensors::file;
using safetensors::floats;

struct Damaged {
  const char* what;     // for the report
  std::string bytes;    // the file
  const char* message;  // a part of what the error must say
};

// `{"a": ENTRY}` with as many bytes of data.
std::string entry(const std::string& body, std::size_t bytes) {
  return file("{\"a\":{" + body + "}}", std::string(bytes, '\0'));
}

void check_refused(const Damaged& damaged) {
  INFO(damaged.what);
  try {
    parse_safetensors(bytes_of(damaged.bytes), "w.safetensors");
    FAIL_CHECK("was taken");
  } catch (const nlp::Error& error) {
    const std::string message = error.what();
    CHECK(error.kind() == nlp::Kind::model);
    INFO(message);
    CHECK(message.rfind("w.safetensors: ", 0) == 0);
    CHECK(message.find(damaged.message) != std::string::npos);
  }
}

std::string length(std::uint64_t size) {
  std::string bytes;
  for (unsigned k = 0; k < 8; ++k) bytes.push_back(static_cast<char>(size >> (8 * k) & 0xFF));
  return bytes;
}

}  // namespace

TEST_CASE("a safetensors file gives views of its tensors, whatever their order", "[checkpoint]") {
  const std::string whole = file(R"({"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},)"
                                 R"("__metadata__":{"format":"pt"},)"
                                 R"("a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}   )",
                                 floats({1, 2, 3}));
  const Tensors tensors = parse_safetensors(bytes_of(whole), "w");
  REQUIRE(tensors.size() == 2);
  CHECK(tensors.at("a").shape == Shape{1, 1});
  CHECK(tensors.at("b").shape == Shape{2});
  CHECK(tensors.at("b").bytes() == 8);
  float values[2];
  nlp::tensor::to_f32(tensors.at("b"), 0, values);
  CHECK(values[0] == 2);
  CHECK(values[1] == 3);
  // A view, not a copy.
  CHECK(static_cast<const void*>(tensors.at("b").data) == whole.data() + whole.size() - 8);
}

TEST_CASE("half precision widens exactly to float32", "[checkpoint]") {
  const std::string whole =
      file(R"({"bf":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},)"
           R"("h":{"dtype":"F16","shape":[4],"data_offsets":[4,12]}})",
           // bfloat16 1.5 and -2; float16 1.5, the smallest subnormal, infinity and the largest
           std::string("\xC0\x3F\x00\xC0"
                       "\x00\x3E\x01\x00\x00\x7C\xFF\x7B",
                       12));
  const Tensors tensors = parse_safetensors(bytes_of(whole), "w");
  float values[4];
  nlp::tensor::to_f32(tensors.at("bf"), 0, std::span(values, 2));
  CHECK(values[0] == 1.5f);
  CHECK(values[1] == -2.0f);
  nlp::tensor::to_f32(tensors.at("h"), 0, values);
  CHECK(values[0] == 1.5f);
  CHECK(values[1] == 0x1p-24f);
  CHECK(std::isinf(values[2]));
  CHECK(values[3] == 65504.0f);
}

TEST_CASE("rank 0, empty tensors and a file without tensors are allowed", "[checkpoint]") {
  const std::string whole =
      file(R"({"scalar":{"dtype":"F32","shape":[],"data_offsets":[0,4]},)"
           R"("empty":{"dtype":"F32","shape":[3,0,2],"data_offsets":[4,4]},)"
           R"("empty first":{"dtype":"I64","shape":[0],"data_offsets":[0,0]}})",
           floats({7}));
  const Tensors tensors = parse_safetensors(bytes_of(whole), "w");
  CHECK(tensors.at("scalar").shape.empty());
  CHECK(tensors.at("scalar").bytes() == 4);
  CHECK(tensors.at("empty").bytes() == 0);
  CHECK(tensors.at("empty first").bytes() == 0);

  const std::string none = file("{}", "");
  CHECK(parse_safetensors(bytes_of(none), "w").empty());
}

TEST_CASE("values need not be aligned in the file", "[checkpoint]") {
  for (std::size_t padding = 0; padding < 4; ++padding) {
    const std::string whole = file(
        R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})" + std::string(padding, ' '),
        floats({5, 6}));
    const Tensors tensors = parse_safetensors(bytes_of(whole), "w");
    float value;
    nlp::tensor::to_f32(tensors.at("a"), 1, std::span(&value, 1));
    CHECK(value == 6);
  }
}

TEST_CASE("every dtype of the format has its size", "[checkpoint]") {
  const std::pair<const char*, std::size_t> eights[] = {
      // bytes of eight values
      {"BOOL", 8}, {"F4", 4},          {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"U8", 8},
      {"I8", 8},   {"F8_E5M2", 8},     {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8},
      {"I16", 16}, {"F8_E5M2FNUZ", 8}, {"U16", 16},    {"F16", 16},    {"BF16", 16},
      {"I32", 32}, {"U32", 32},        {"F32", 32},    {"C64", 64},    {"F64", 64},
      {"I64", 64}, {"U64", 64}};
  for (const auto& [name, bytes] : eights) {
    INFO(name);
    const std::string dtype = name;  // Clang 14 captures no structured binding
    const auto with = [&](std::size_t size) {
      return entry("\"dtype\":\"" + dtype + "\",\"shape\":[8],\"data_offsets\":[0," +
                       std::to_string(size) + "]",
                   size);
    };
    const std::string right = with(bytes), wrong = with(bytes + 1);
    CHECK(parse_safetensors(bytes_of(right), "w").size() == 1);
    CHECK_THROWS_AS(parse_safetensors(bytes_of(wrong), "w"), nlp::Error);
  }
}

TEST_CASE("a safetensors file whose frame is damaged is refused", "[checkpoint]") {
  const std::string good =
      file(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", floats({1}));
  const std::vector<Damaged> cases = {
      {"no byte", "", "shorter than"},
      {"seven bytes", std::string(7, '\0'), "shorter than"},
      {"an empty header", length(0), "start with {"},
      {"a header longer than the file", length(100) + "{}", "within its header"},
      {"a header just longer than allowed", length(100'000'001) + "{}", "at most"},
      {"the largest length", length(~std::uint64_t{0}) + "{}", "at most"},
      {"a length whose end overflows", length(~std::uint64_t{7}) + "{}", "at most"},
      {"a blank before the header", file(" {}", ""), "start with {"},
      {"a list", file("[]", ""), "start with {"},
      {"a pickle", std::string("\x80\x02}q\x00.K\x01K\x02K\x03K\x04", 14), "at most"},
      {"half a header", file(R"({"a":{"dtype":)", ""), "not JSON"},
      {"two headers", file("{}{}", ""), "not JSON"},
      {"invalid UTF-8", file("{\"\xFF\":{}}", ""), "not JSON"},
      {"a NUL in the padding", file(std::string("{}\0", 3), ""), "not JSON"},
      {"a comment", file("{/* */}", ""), "not JSON"},
      {"a byte too few", good.substr(0, good.size() - 1), "behind the file"},
      {"a byte too many", good + '\0', "behind the last tensor"},
      {"data without tensors", file("{}", "x"), "behind the last tensor"},
  };
  for (const Damaged& damaged : cases) check_refused(damaged);
  for (std::size_t size = 0; size < good.size(); ++size)
    check_refused({"cut short", good.substr(0, size), ""});
}

TEST_CASE("a safetensors header of the wrong form is refused", "[checkpoint]") {
  const std::vector<Damaged> cases = {
      {"no dtype", entry(R"("shape":[1],"data_offsets":[0,4])", 4), "is missing"},
      {"no shape", entry(R"("dtype":"F32","data_offsets":[0,4])", 4), "is missing"},
      {"no data_offsets", entry(R"("dtype":"F32","shape":[1])", 4), "is missing"},
      {"an empty entry", entry("", 0), "is missing"},
      {"an unknown dtype", entry(R"("dtype":"F33","shape":[1],"data_offsets":[0,4])", 4), "F33"},
      {"a dtype in small letters", entry(R"("dtype":"f32","shape":[1],"data_offsets":[0,4])", 4),
       "f32"},
      {"a number as dtype", entry(R"("dtype":1,"shape":[1],"data_offsets":[0,4])", 4), "a number"},
      {"null as dtype", entry(R"("dtype":null,"shape":[1],"data_offsets":[0,4])", 4), "null"},
      {"a list as dtype", entry(R"("dtype":["F32"],"shape":[1],"data_offsets":[0,4])", 4),
       "a list"},
      {"an object as dtype", entry(R"("dtype":{},"shape":[1],"data_offsets":[0,4])", 4),
       "an object"},
      {"a negative extent", entry(R"("dtype":"F32","shape":[-1],"data_offsets":[0,4])", 4),
       "negative"},
      {"two negative extents", entry(R"("dtype":"F32","shape":[-1,-1],"data_offsets":[0,4])", 4),
       "negative"},
      {"a fraction", entry(R"("dtype":"F32","shape":[1.0],"data_offsets":[0,4])", 4), "fraction"},
      {"an extent past 64 bits",
       entry(R"("dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,4])", 4),
       "fraction"},
      {"an extent past 63 bits",
       entry(R"("dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,4])", 4), "extent"},
      {"text as an extent", entry(R"("dtype":"F32","shape":["1"],"data_offsets":[0,4])", 4),
       "a string"},
      {"a shape within a shape", entry(R"("dtype":"F32","shape":[[1]],"data_offsets":[0,4])", 4),
       "a list"},
      {"a number as shape", entry(R"("dtype":"F32","shape":1,"data_offsets":[0,4])", 4),
       "a number"},
      {"one offset", entry(R"("dtype":"F32","shape":[1],"data_offsets":[0])", 4), "two numbers"},
      {"three offsets", entry(R"("dtype":"F32","shape":[1],"data_offsets":[0,4,4])", 4),
       "two numbers"},
      {"a negative offset", entry(R"("dtype":"F32","shape":[1],"data_offsets":[-4,0])", 4),
       "negative"},
      {"true as an offset", entry(R"("dtype":"F32","shape":[1],"data_offsets":[true,4])", 4),
       "true or false"},
      {"a key that is not known",
       entry(R"("dtype":"F32","shape":[1],"data_offsets":[0,4],"extra":1)", 4), "extra"},
      {"a tensor that is a number", file(R"({"a":1})", ""), "a number"},
      {"a tensor that is a list", file(R"({"a":[]})", ""), "a list"},
      {"metadata of numbers", file(R"({"__metadata__":{"format":1}})", ""), "a number"},
      {"metadata of objects", file(R"({"__metadata__":{"format":{}}})", ""), "an object"},
      {"metadata that is text", file(R"({"__metadata__":"pt"})", ""), "a string"},
      {"metadata that is a list", file(R"({"__metadata__":[]})", ""), "a list"},
      {"a name twice",
       file(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
            R"("a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
            "x"),
       "stands twice"},
      {"a name twice, once escaped",
       file(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
            R"("\u0061":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
            "xx"),
       "stands twice"},
      {"a key twice within a tensor",
       entry(R"("dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1])", 1), "stands twice"},
      {"metadata twice", file(R"({"__metadata__":{},"__metadata__":{}})", ""), "stands twice"},
      {"a key twice within metadata", file(R"({"__metadata__":{"k":"v","k":"v"}})", ""),
       "stands twice"},
      {"lists without end", file("{\"a\":" + std::string(100'000, '['), ""), "a list"},
  };
  for (const Damaged& damaged : cases) check_refused(damaged);
}

TEST_CASE("tensors that do not lie end to end are refused", "[checkpoint]") {
  const auto two = [](const char* first, const char* second, std::size_t bytes) {
    return file(std::string(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":)") + first +
                    R"(},"b":{"dtype":"U8","shape":[2],"data_offsets":)" + second + "}}",
                std::string(bytes, '\0'));
  };
  const std::string whole = two("[0,2]", "[2,4]", 4);
  CHECK(parse_safetensors(bytes_of(whole), "w").size() == 2);
  const std::vector<Damaged> cases = {
      {"a hole", two("[0,2]", "[3,5]", 5), "leaves a hole"},
      {"a hole at the start", two("[1,3]", "[3,5]", 5), "leaves a hole"},
      {"an overlap", two("[0,2]", "[1,3]", 3), "overlaps"},
      {"the same bytes twice", two("[0,2]", "[0,2]", 2), "overlaps"},
      {"end before start", two("[0,2]", "[4,2]", 4), "leaves a hole"},
      {"end before start at once", two("[0,2]", "[2,0]", 2), "do not hold"},
      {"past the end", two("[0,2]", "[2,4]", 3), "behind the file"},
      {"an offset near 2^64", two("[0,2]", "[2,18446744073709551615]", 4), "do not hold"},
      {"too large for its shape", entry(R"("dtype":"F32","shape":[2],"data_offsets":[0,9])", 9),
       "do not hold"},
      {"too small for its shape", entry(R"("dtype":"F32","shape":[2],"data_offsets":[0,4])", 4),
       "do not hold"},
      {"half a byte", entry(R"("dtype":"F4","shape":[3],"data_offsets":[0,1])", 1), "do not hold"},
      {"a product past 64 bits",
       entry(R"("dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0])", 0),
       "do not hold"},
      {"bytes past 64 bits",
       entry(R"("dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0])", 0),
       "do not hold"},
  };
  for (const Damaged& damaged : cases) check_refused(damaged);
}
