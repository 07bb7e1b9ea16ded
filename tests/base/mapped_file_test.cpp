#include "base/mapped_file.hpp"

#include <string>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

namespace {
std::string text_of(const nlp::MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}
}  // namespace

TEST_CASE("a mapped file shows its bytes, also after a move", "[base]") {
  TemporaryDirectory directory;
  nlp::MappedFile first(directory.write("first", "abc"));
  nlp::MappedFile second(directory.write("second", ""));
  CHECK(text_of(first) == "abc");
  CHECK(second.bytes().empty());
  second = std::move(first);
  CHECK(text_of(second) == "abc");
}

TEST_CASE("a file that cannot be mapped is named", "[base]") {
  TemporaryDirectory directory;
  for (const auto& path : {directory.path() / "absent", directory.path()}) {
    try {
      nlp::MappedFile{path};
      FAIL_CHECK("was taken");
    } catch (const nlp::Error& error) {
      CHECK(error.kind() == nlp::Kind::model);
      CHECK(std::string(error.what()).rfind(path.string() + ": ", 0) == 0);
    }
  }
}
