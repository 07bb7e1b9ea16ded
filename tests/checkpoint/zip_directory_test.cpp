// Where members of a zip archive lie, and damaged archives.
#include "checkpoint/zip_directory.hpp"

#include <string>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/safetensors_file.hpp"
#include "support/torch_bytes.hpp"

namespace {

using nlp::checkpoint::read_zip_directory;
using safetensors::bytes_of;
using torch_bytes::little;
using torch_bytes::zip;

std::string refusal(const std::string& bytes) {
  try {
    read_zip_directory(bytes_of(bytes), "w.bin");
  } catch (const nlp::Error& error) {
    CHECK(error.kind() == nlp::Kind::model);
    return error.what();
  }
  return "was taken";
}

void check_refused(const std::string& bytes, const std::string& part) {
  const std::string message = refusal(bytes);
  INFO("message: " << message << "\nexpected in it: " << part);
  CHECK(message.rfind("w.bin: ", 0) == 0);
  CHECK(message.find(part) != std::string::npos);
}

// `bytes` with the number `value` written at `from_end` bytes before its end.
std::string with(std::string bytes, std::size_t from_end, std::uint64_t value, unsigned size) {
  return bytes.replace(bytes.size() - from_end, size, little(value, size));
}

}  // namespace

TEST_CASE("members of an archive are views, in zip64 form too", "[checkpoint]") {
  for (const bool zip64 : {false, true}) {
    for (const std::string comment : {"", "a comment"}) {
      std::string bytes = zip({{"m/a", "one"}, {"m/b", ""}, {"m/c", "three"}}, zip64);
      bytes = bytes.substr(0, bytes.size() - 2) + little(comment.size(), 2) + comment;
      const auto members = read_zip_directory(bytes_of(bytes), "w");
      REQUIRE(members.size() == 3);
      CHECK(members.at("m/b").empty());
      const auto three = members.at("m/c");
      const auto* start = reinterpret_cast<const char*>(three.data());
      CHECK(std::string(start, three.size()) == "three");
      CHECK(start == bytes.data() + bytes.find("three"));
    }
  }
  CHECK(read_zip_directory(bytes_of(zip({})), "w").empty());
}

TEST_CASE("an archive that is damaged, compressed or split is refused", "[checkpoint]") {
  const std::string good = zip({{"m/a", "one"}, {"m/b", "two"}});
  CHECK(refusal(good) == "was taken");
  check_refused("", "no directory");
  check_refused(zip({{"m/a", "x"}}, false, 8), "m/a is compressed");
  check_refused(zip({{"m/a", "x"}, {"m/a", "y"}}), "m/a is there twice");
  // The end record: disks, count, size, place.
  check_refused(with(good, 18, 1, 2), "several disks");
  check_refused(with(good, 12, 3, 2), "ends early");
  check_refused(with(good, 10, 100000, 4), "the directory lies outside");
  check_refused(with(good, 6, 0xFFFFFFFE, 4), "the directory lies outside");
  check_refused(with(good, 10, 60, 4), "ends early");
  check_refused(with(good, 6, 1, 4), "ends early");
  const auto place = good.find("PK\x01\x02");
  const auto header = [&](std::size_t at, std::uint64_t value, unsigned size) {
    return with(good, good.size() - place - at, value, size);
  };
  check_refused(header(8, 1, 2), "encrypted");
  check_refused(header(20, 4, 4), "two sizes");
  check_refused(header(42, 100000, 4), "outside");
  check_refused(header(42, 1, 4), "no member");
  check_refused(header(42, 0xFFFFFFFF, 4), "zip64 field is missing");
  check_refused(header(28, 0xFFFF, 2), "ends early");
  std::string large = header(20, 0x7FFFFFFF, 4);
  large.replace(place + 24, 4, little(0x7FFFFFFF, 4));
  check_refused(large, "a member lies outside");

  const std::string good64 = zip({{"m/a", "one"}}, true);
  check_refused(with(good64, 34, ~std::uint64_t{0}, 8), "zip64 directory's end lies outside");
  check_refused(with(good64, 34, 0, 8), "not where it should be");
  check_refused(with(good64, 66, ~std::uint64_t{0} / 2, 8), "ends early");  // a count
}

TEST_CASE("an archive cut or changed anywhere is refused or stays within its bytes",
          "[checkpoint]") {
  for (const bool zip64 : {false, true}) {
    const std::string good = zip({{"m/a", "one"}, {"m/b", "two"}}, zip64);
    for (std::size_t size = 0; size < good.size(); ++size)
      CHECK(refusal(good.substr(0, size)) != "was taken");
    for (std::size_t at = 0; at < good.size(); ++at)
      for (const char value : {'\x00', '\x01', '\x7F', '\xFF'}) {
        std::string bytes = good;
        bytes[at] = value;
        try {
          for (const auto& [name, content] : read_zip_directory(bytes_of(bytes), "w")) {
            const auto* start = reinterpret_cast<const char*>(content.data());
            CHECK(start >= bytes.data());
            CHECK(start + content.size() <= bytes.data() + bytes.size());
          }
        } catch (const nlp::Error& error) {
          CHECK(error.kind() == nlp::Kind::model);
        }
      }
  }
}
