// The cache of packed weights: found again, never wrong, never in the way.
#include "checkpoint/packed_cache.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <mutex>
#include <thread>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

namespace {

namespace fs = std::filesystem;
using nlp::checkpoint::PackedCache;

using Blobs = std::map<std::string, std::string>;

const Blobs kBlobs = {
    {"first", std::string(5000, 'a')}, {"second", "b"}, {"third", std::string(4096, 'c')}};

// What came of a store: which blobs were there before, and what was told.
struct Outcome {
  std::size_t found = 0;
  bool right = true;
  std::string told;
};

// Finds or makes `blobs` as a model does.
Outcome use(const PackedCache& cache, const std::string& key, const Blobs& blobs = kBlobs) {
  Outcome outcome;
  {
    const auto store =
        cache.store(key, "origin", [&](const std::string& line) { outcome.told = line; });
    for (const auto& [name, values] : blobs) {
      const auto found = store->find(name, values.size());
      if (found) {
        ++outcome.found;
        outcome.right = outcome.right && std::equal(found->begin(), found->end(),
                                                    std::as_bytes(std::span(values)).begin());
        continue;
      }
      const auto made = store->make(name, values.size());
      std::ranges::copy(std::as_bytes(std::span(values)), made.begin());
    }
    store->finish();
  }
  return outcome;
}

std::string only_file(const PackedCache& cache) {
  const auto files = cache.files();
  REQUIRE(files.size() == 1);
  return files.front().name;
}

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("what one store made, the next one finds", "[checkpoint]") {
  const TemporaryDirectory directory;
  const auto cache = PackedCache::make(directory.path() / "cache");
  CHECK(use(cache, "key").found == 0);
  const Outcome second = use(cache, "key");
  CHECK(second.found == kBlobs.size());
  CHECK(second.right);
  CHECK(second.told.empty());
  const auto files = cache.files();
  REQUIRE(files.size() == 1);
  CHECK(files.front().key == "key");
  CHECK(files.front().origin == "origin");
}

TEST_CASE("blobs of a packed file start at whole cache lines", "[checkpoint]") {
  const TemporaryDirectory directory;
  const auto cache = PackedCache::make(directory.path() / "cache");
  use(cache, "key");
  const auto store = cache.store("key", "origin", nullptr);
  for (const auto& [name, values] : kBlobs) {
    const auto found = store->find(name, values.size());
    REQUIRE(found);
    CHECK(reinterpret_cast<std::uintptr_t>(found->data()) % 64 == 0);
  }
}

TEST_CASE("another key, name or size finds nothing", "[checkpoint]") {
  const TemporaryDirectory directory;
  const auto cache = PackedCache::make(directory.path() / "cache");
  use(cache, "key");
  CHECK_FALSE(cache.store("other", "origin", nullptr)->find("first", 5000));
  CHECK_FALSE(cache.store("key", "origin", nullptr)->find("fourth", 5000));
  CHECK_FALSE(cache.store("key", "origin", nullptr)->find("first", 4999));
  // A file of the right name with another key in it: as if two keys had one hash.
  use(cache, "other");
  for (const auto& file : cache.files())
    if (file.key == "other")
      fs::rename(directory.path() / "cache" / file.name, directory.path() / "x");
  const auto name = only_file(cache);
  fs::rename(directory.path() / "x", directory.path() / "cache" / name);
  CHECK(use(cache, "key").found == 0);
  CHECK(use(cache, "key").found == kBlobs.size());
}

TEST_CASE("a store that lacked a blob writes all of them", "[checkpoint]") {
  const TemporaryDirectory directory;
  const auto cache = PackedCache::make(directory.path() / "cache");
  use(cache, "key", {{"first", kBlobs.at("first")}});
  CHECK(use(cache, "key").found == 1);
  const Outcome third = use(cache, "key");
  CHECK(third.found == kBlobs.size());
  CHECK(third.right);
}

TEST_CASE("a packed file with any byte of its head damaged is absent, then built anew",
          "[checkpoint]") {
  const TemporaryDirectory directory;
  const auto cache = PackedCache::make(directory.path() / "cache");
  use(cache, "key");
  const auto path = directory.path() / "cache" / only_file(cache);
  const std::string whole = bytes_of(path);
  REQUIRE(whole.size() > 4096);
  for (std::size_t k = 0; k < 4096; ++k) {
    std::string damaged = whole;
    damaged[k] = static_cast<char>(damaged[k] ^ (1 + static_cast<int>(k % 255)));
    directory.write("cache/" + path.filename().string(), damaged);
    const auto store = cache.store("key", "origin", nullptr);
    if (store->find("first", 5000)) FAIL_CHECK("byte " << k << " is not missed");
  }
  CHECK(use(cache, "key").found == 0);
  CHECK(use(cache, "key").found == kBlobs.size());
}

TEST_CASE("a packed file of any other length is absent", "[checkpoint]") {
  const TemporaryDirectory directory;
  const auto cache = PackedCache::make(directory.path() / "cache");
  use(cache, "key");
  const auto path = directory.path() / "cache" / only_file(cache);
  const std::string whole = bytes_of(path);
  for (std::size_t size = 0; size < whole.size(); size += size < 100 ? 1 : 97) {
    directory.write("cache/" + path.filename().string(), whole.substr(0, size));
    CHECK_FALSE(cache.store("key", "origin", nullptr)->find("second", 1));
  }
  directory.write("cache/" + path.filename().string(), whole + "x");
  CHECK(use(cache, "key").found == 0);
}

TEST_CASE("a mapped store keeps its bytes when its file is replaced or removed", "[checkpoint]") {
  const TemporaryDirectory directory;
  const auto cache = PackedCache::make(directory.path() / "cache");
  use(cache, "key");
  const auto store = cache.store("key", "origin", nullptr);
  const auto found = store->find("first", 5000);
  REQUIRE(found);
  CHECK(cache.remove_all() > 5000);
  use(cache, "key", {{"first", std::string(5000, 'z')}});
  CHECK(std::all_of(found->begin(), found->end(), [](std::byte b) { return b == std::byte{'a'}; }));
}

TEST_CASE("many stores of one key at once: all right, one file", "[checkpoint]") {
  const TemporaryDirectory directory;
  const auto cache = PackedCache::make(directory.path() / "cache");
  std::vector<pid_t> children;
  for (int k = 0; k < 8; ++k) {
    const pid_t child = ::fork();
    if (child == 0) {
      bool right = true;
      const auto own = PackedCache::make(directory.path() / "cache");
      for (int round = 0; round < 20; ++round) right = right && use(own, "key").right;
      ::_exit(right ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
  }
  std::vector<std::thread> threads;
  std::vector<Outcome> outcomes(4);
  for (std::size_t k = 0; k < outcomes.size(); ++k)
    threads.emplace_back([&, k] { outcomes[k] = use(cache, "key"); });
  for (auto& thread : threads) thread.join();
  for (const Outcome& outcome : outcomes) {
    CHECK(outcome.found == kBlobs.size());
    CHECK(outcome.right);
  }
  CHECK(cache.files().size() == 1);
}

TEST_CASE("what a killed writer left is not read, and goes with the next writer", "[checkpoint]") {
  const TemporaryDirectory directory;
  const auto cache = PackedCache::make(directory.path() / "cache");
  use(cache, "key");
  const std::string name = only_file(cache);
  const std::string whole = bytes_of(directory.path() / "cache" / name);
  fs::remove(directory.path() / "cache" / name);
  directory.write("cache/" + name + ".tmp", whole.substr(0, 4096));
  directory.write("cache/0123456789abcdef.packed.tmp", whole);
  CHECK(use(cache, "key").found == 0);
  CHECK(use(cache, "key").found == kBlobs.size());
  CHECK(only_file(cache) == name);
}

TEST_CASE("a file that another process writes is left to it", "[checkpoint]") {
  const TemporaryDirectory directory;
  const auto cache = PackedCache::make(directory.path() / "cache");
  use(cache, "key");
  const std::string name = only_file(cache);
  fs::remove(directory.path() / "cache" / name);
  const auto unfinished = directory.write("cache/" + name + ".tmp", "half");
  const int file = ::open(unfinished.c_str(), O_RDWR);
  REQUIRE(::flock(file, LOCK_EX) == 0);
  const Outcome outcome = use(cache, "key");
  CHECK_THAT(outcome.told, ContainsSubstring("not kept: another process is at it"));
  CHECK(bytes_of(unfinished) == "half");
  cache.trim();
  CHECK(fs::exists(unfinished));
  ::close(file);
  cache.trim();
  CHECK_FALSE(fs::exists(unfinished));
}

TEST_CASE("the cache keeps within its limit: the file least recently used goes", "[checkpoint]") {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "cache";
  const auto size = nlp::checkpoint::packed_size("key 1", "origin", {}) + 3 * 8192;  // at least
  const auto cache = PackedCache::make(path, 2 * size);
  for (const char* key : {"key 1", "key 2"}) {
    use(cache, key);
    for (const auto& file : cache.files())
      if (file.key == key) {  // used so many hours ago
        const time_t used = ::time(nullptr) - (key[4] == '1' ? 7200 : 14400);
        const timespec times[2] = {{used, 0}, {used, 0}};
        REQUIRE(::utimensat(AT_FDCWD, (path / file.name).c_str(), times, 0) == 0);
      }
  }
  use(cache, "key 2");  // and now
  use(cache, "key 3");
  std::vector<std::string> keys;
  std::uint64_t bytes = 0;
  for (const auto& file : cache.files()) {
    keys.push_back(file.key);
    bytes += file.bytes;
  }
  CHECK(bytes <= 2 * size);
  CHECK(std::ranges::count(keys, "key 1") == 0);
  CHECK(std::ranges::count(keys, "key 3") == 1);

  const auto small = PackedCache::make(directory.path() / "small", 100);
  CHECK_THAT(use(small, "key").told, ContainsSubstring("more than the whole cache may hold"));
  CHECK(small.files().empty());
}

TEST_CASE("a system that refuses files of this size ends nothing", "[checkpoint]") {
  const TemporaryDirectory directory;
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit limit{6000, 6000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto cache = PackedCache::make(directory.path() / "cache");
    const Outcome outcome = use(cache, "key");
    const bool refused = outcome.told.find("refuses a file of this size") != std::string::npos;
    ::_exit(refused && cache.files().empty() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
}

TEST_CASE("a cache that cannot be written is no error", "[checkpoint]") {
  const TemporaryDirectory directory;
  const auto cache = PackedCache::make(directory.path() / "cache");
  fs::remove(directory.path() / "cache");
  const Outcome outcome = use(cache, "key");
  CHECK_THAT(outcome.told, ContainsSubstring("not kept"));
  CHECK(outcome.right);
}

TEST_CASE("a directory that others may write to is no cache", "[checkpoint]") {
  const TemporaryDirectory directory;
  const auto refused = [&](const fs::path& path, const std::string& why) {
    try {
      PackedCache::make(path);
      FAIL_CHECK("was taken");
    } catch (const nlp::Error& error) {
      CHECK(error.kind() == nlp::Kind::io);
      CHECK_THAT(error.what(), ContainsSubstring(path.string()) && ContainsSubstring(why));
    }
  };
  fs::create_directory(directory.path() / "open");
  ::chmod((directory.path() / "open").c_str(), 0777);
  refused(directory.path() / "open", "others may write");
  directory.write("file", "");
  refused(directory.path() / "file", "");
  refused(directory.path() / "file" / "below", "");
  CHECK_THROWS_AS(PackedCache(directory.path() / "absent"), nlp::Error);

  PackedCache::make(directory.path() / "new" / "cache");
  struct stat status {};
  REQUIRE(::stat((directory.path() / "new" / "cache").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
}

TEST_CASE("links in the cache are not followed", "[checkpoint]") {
  const TemporaryDirectory directory;
  const auto cache = PackedCache::make(directory.path() / "cache");
  use(cache, "key");
  const std::string name = only_file(cache);
  fs::rename(directory.path() / "cache" / name, directory.path() / "elsewhere");
  fs::create_symlink(directory.path() / "elsewhere", directory.path() / "cache" / name);
  directory.write("victim", "precious");
  fs::create_symlink(directory.path() / "victim", directory.path() / "cache" / (name + ".tmp"));
  const Outcome outcome = use(cache, "key");
  CHECK(outcome.found == 0);
  CHECK_THAT(outcome.told, ContainsSubstring("not kept"));
  CHECK(bytes_of(directory.path() / "victim") == "precious");
}

TEST_CASE("removing the cache leaves the files of others", "[checkpoint]") {
  const TemporaryDirectory directory;
  const auto cache = PackedCache::make(directory.path() / "cache");
  use(cache, "key");
  directory.write("cache/README", "mine");
  directory.write("cache/0123456789abcdef.packed.old", "mine, too");
  directory.write("cache/0123456789abcdef.packed.tmp", "left");
  CHECK(cache.remove_all() > 0);
  CHECK(cache.files().empty());
  CHECK(bytes_of(directory.path() / "cache" / "README") == "mine");
  CHECK(fs::exists(directory.path() / "cache" / "0123456789abcdef.packed.old"));
}

TEST_CASE("blobs of many sizes come back whole, across the pieces they are written in",
          "[checkpoint]") {
  const TemporaryDirectory directory;
  const auto cache = PackedCache::make(directory.path() / "cache");
  Blobs blobs;
  const std::size_t sizes[] = {1, 4096, 2097152 - 4096, 2097152, 5000001, 12, 2097151};
  for (std::size_t k = 0; k < std::size(sizes); ++k) {
    std::string values(sizes[k], '\0');
    for (std::size_t at = 0; at < values.size(); ++at)
      values[at] = static_cast<char>((at * 2654435761u + k) >> 13);
    blobs.emplace("blob " + std::to_string(k), std::move(values));
  }
  CHECK(use(cache, "key", blobs).found == 0);
  const Outcome second = use(cache, "key", blobs);
  CHECK(second.found == blobs.size());
  CHECK(second.right);
}
