#include "train/data/chunks.hpp"

#include <string>
#include <vector>

#include "base/random.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "train/data/pools.hpp"
#include "train/data/text_files.hpp"

using namespace nlp::train;

namespace {

std::vector<std::string> chunks_of(const std::vector<std::filesystem::path>& files,
                                   std::uint64_t size) {
  const Chunks chunks(files, size);
  std::vector<std::string> found;
  std::uint64_t bytes = 0;
  for (std::uint32_t k = 0; k < chunks.count(); ++k) {
    found.push_back(chunks.read(k));
    bytes += chunks.size(k);
  }
  CHECK(bytes == chunks.bytes());
  return found;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string whole;
  for (const std::string& part : parts) whole += part;
  return whole;
}

}  // namespace

TEST_CASE("chunks are whole lines where lines are short", "[train]") {
  TemporaryDirectory folder;
  const auto file = folder.write("a", "aaa\nbbbb\ncc\nddddd\n\n\neee\nf");
  const auto chunks = chunks_of({file}, 8);
  CHECK(chunks == std::vector<std::string>{"aaa\nbbbb\n", "cc\nddddd\n", "\n\neee\n", "f"});
}

TEST_CASE("a line that ends on a border begins no earlier than behind it", "[train]") {
  TemporaryDirectory folder;
  CHECK(chunks_of({folder.write("a", "1234567\nabc\n")}, 8) ==
        std::vector<std::string>{"1234567\n", "abc\n"});
}

TEST_CASE("whatever the bytes, each is in one chunk, and chunks are bounded", "[train]") {
  TemporaryDirectory folder;
  constexpr const char* kPieces[] = {"\n",       " ",   "word", "\u00e9\u4e2d\U0001F600",
                                     "\xFF\x80", "long"};
  for (std::uint64_t round = 0; round < 200; ++round) {
    const nlp::Random random(1, round);
    std::string text;
    // Few newlines and few spaces in some rounds.
    for (std::uint32_t k = 0; k < random.below(90, 0, 1); ++k) {
      std::uint32_t piece = random.below(6, k, 2);
      if (piece == 0 && round % 2 == 0) piece = 2;
      if (piece == 1 && round % 3 == 0) piece = 5;
      text += kPieces[piece];
    }
    const std::vector<std::filesystem::path> files = {folder.write("a", text),
                                                      folder.write("b", "second\nfile")};
    const auto chunks = chunks_of(files, 16);
    CHECK(joined(chunks) == text + "second\nfile");
    for (const std::string& chunk : chunks) CHECK(chunk.size() <= 32);
  }
}

TEST_CASE("a long line is cut behind a space, else between code points", "[train]") {
  TemporaryDirectory folder;
  CHECK(chunks_of({folder.write("a", "aaaaaaaaaaaa bbbbbbbbbbbbbbb cc dd ee ff gg hh")}, 16)[0] ==
        "aaaaaaaaaaaa bbbbbbbbbbbbbbb ");
  std::string text;
  for (int k = 0; k < 40; ++k) text += "\u4e2d";
  for (const std::string& chunk : chunks_of({folder.write("b", text)}, 16))
    CHECK(chunk.size() % 3 == 0);
}

TEST_CASE("pools hold no more text than they may, and all chunks of an epoch", "[train]") {
  TemporaryDirectory folder;
  std::string text;
  for (int k = 0; k < 1000; ++k) text += "line " + std::to_string(k) + "\n";
  const Chunks chunks({folder.write("a", text)}, 64);
  Schedule schedule(chunks, 1000, 3, true);
  std::vector<bool> seen(chunks.count());
  std::uint64_t before = 0;
  for (std::uint64_t number = 0; before < chunks.bytes(); ++number) {
    const Plan plan = schedule.next();
    CHECK(plan.number == number);
    CHECK(plan.epoch == 0);
    CHECK(plan.bytes_before == before);
    CHECK(plan.bytes < 1000 + 64);
    before += plan.bytes;
    for (const auto chunk : plan.chunks) {
      CHECK_FALSE(seen[chunk]);
      seen[chunk] = true;
    }
  }
  CHECK(before == chunks.bytes());
  CHECK(schedule.next().epoch == 1);
}

TEST_CASE("a directory means all files below it, sorted, but hidden ones", "[train]") {
  TemporaryDirectory folder;
  std::filesystem::create_directories(folder.path() / "d/e");
  std::filesystem::create_directories(folder.path() / "d/.git");
  for (const char* name : {"d/z", "d/a", "d/e/m", "d/.hidden", "d/.git/x", "one"})
    folder.write(name, "text");
  const std::vector<std::filesystem::path> names = {folder.path() / "one", folder.path() / "d"};
  std::vector<std::string> found;
  for (const auto& file : text_files(names))
    found.push_back(std::filesystem::relative(file, folder.path()).string());
  CHECK(found == std::vector<std::string>{"one", "d/a", "d/e/m", "d/z"});
}

TEST_CASE("what is no text file is refused by name", "[train]") {
  TemporaryDirectory folder;
  using namespace std::string_literals;
  const auto refused = [&](const std::filesystem::path& name, const std::string& what) {
    const std::vector<std::filesystem::path> names = {name};
    CHECK_THROWS_WITH(text_files(names), ContainsSubstring(name.string()));
    CHECK_THROWS_WITH(text_files(names), ContainsSubstring(what));
  };
  refused(folder.path() / "none", "no such file");
  refused(folder.write("a.gz", "\x1F\x8B\x08\0"s), "gzip");
  refused(folder.write("a.xz", "\xFD\x37zXZ\0\0"s), "xz");
  std::filesystem::create_directory(folder.path() / "empty");
  refused(folder.path() / "empty", "no files");
  refused("/dev/null", "neither file nor directory");
}
