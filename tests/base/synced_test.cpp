#include "base/synced.hpp"

#include <fstream>
#include <iterator>
#include <thread>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

namespace {
std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
}  // namespace

// They used one temporary name: the second to rename it found nothing.
TEST_CASE("threads may write the same file at once: it is whole, and nothing else stays",
          "[base]") {
  const TemporaryDirectory folder;
  const auto file = folder.path() / "file";
  std::vector<std::thread> threads;
  std::vector<std::string> failures(4);
  for (std::size_t k = 0; k < failures.size(); ++k)
    threads.emplace_back([&, k] {
      try {
        for (int round = 0; round < 20; ++round)
          nlp::write_synced(file, std::string(5000, static_cast<char>('a' + k)));
      } catch (const nlp::Error& error) {
        failures[k] = error.what();
      }
    });
  for (auto& thread : threads) thread.join();
  for (const auto& failure : failures) CHECK(failure.empty());
  const std::string text = read(file);
  REQUIRE(text.size() == 5000);
  CHECK(text == std::string(5000, text[0]));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("a file that cannot take its place leaves no other behind", "[base]") {
  const TemporaryDirectory folder;
  const auto file = folder.path() / "file";
  std::filesystem::create_directories(file / "in the way");
  CHECK_THROWS_AS(nlp::write_synced(file, "text"), nlp::Error);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
  CHECK_THROWS_AS(nlp::write_synced(folder.path() / "absent" / "file", "text"), nlp::Error);
}
