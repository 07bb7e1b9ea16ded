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

TEST_CASE("a mapped file's stamp tells it from the file that takes its place", "[base]") {
  TemporaryDirectory directory;
  const auto path = directory.write("file", "abc");
  const nlp::MappedFile before(path);
  CHECK(before.stamp().opened >= before.stamp().changed);
  directory.write("new", "abd");
  std::filesystem::rename(directory.path() / "new", path);
  const nlp::MappedFile after(path);
  CHECK(before.stamp().inode != after.stamp().inode);
}

TEST_CASE("pages of a mapped file that are forgotten are read again", "[base]") {
  TemporaryDirectory directory;
  std::string text;
  for (int k = 0; k < 5000; ++k) text += std::to_string(k) + " ";
  const nlp::MappedFile file(directory.write("file", text));
  REQUIRE(text_of(file) == text);
  file.forget(file.bytes());
  file.forget(file.bytes().subspan(5, 9000));
  CHECK(text_of(file) == text);
}

TEST_CASE("what is no part of a mapped file is not forgotten", "[base]") {
  TemporaryDirectory directory;
  const nlp::MappedFile file(directory.write("file", std::string(20000, 'x')));
  std::string other(20000, 'y');
  file.forget(std::as_bytes(std::span(other)));
  CHECK(other == std::string(20000, 'y'));
}
