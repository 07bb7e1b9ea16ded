#include "store/cache.hpp"

#include "store/digest.hpp"
#include "store/front_matter.hpp"
#include "store/remove.hpp"
#include "store/verify.hpp"
#include "support/catch.hpp"
#include "support/stored_model.hpp"
#include "support/temporary_directory.hpp"

using namespace nlp::store;
using stored_model::add;
using stored_model::kFirst;
using stored_model::kSecond;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

// Two commits that have the weights in common.
void add_two(const fs::path& cache) {
  add(cache, "org/name", kFirst, {{"config.json", "{}"}, {"model.safetensors", "weights"}});
  add(cache, "org/name", kSecond,
      {{"config.json", "{ }"}, {"1_Pooling/config.json", "[]"}, {"model.safetensors", "weights"}},
      "refs/pr/1");
}

}  // namespace

TEST_CASE("a model of the store is found by its name, at main or at a revision", "[store]") {
  const TemporaryDirectory cache;
  const auto model = cache.path() / "models--org--name";
  for (const auto& commit : {kFirst, kSecond}) fs::create_directories(model / "snapshots" / commit);
  fs::create_directories(model / "refs");
  cache.write("models--org--name/refs/main", kFirst + "\n");
  cache.write("models--org--name/refs/v2", kSecond);
  CHECK(find_snapshot(cache.path(), "org/name") == model / "snapshots" / kFirst);
  CHECK(find_snapshot(cache.path(), "org/name@v2") == model / "snapshots" / kSecond);
  CHECK(find_snapshot(cache.path(), "org/name@" + kSecond) == model / "snapshots" / kSecond);
  CHECK_FALSE(find_snapshot(cache.path(), "org/name@" + std::string(40, 'c')));
  CHECK_FALSE(find_snapshot(cache.path(), "org/other"));
  CHECK_FALSE(find_snapshot(cache.path(), "../models--org--name/snapshots"));
}

TEST_CASE("a name or a path that leads out of the store is none", "[store]") {
  for (const char* name : {"", "/a", "a/", "../a", "a/..", "a/b/c", ".a", "a@", "a@../b", "a@/b",
                           "a/b..c", "a\\b", "a\nb"}) {
    INFO(name);
    CHECK_FALSE(ModelName::parse(name));
  }
  for (const char* name : {"bert", "org/bert.base_x-1", "org/bert@v1", "org/bert@refs/pr/1"}) {
    INFO(name);
    CHECK(ModelName::parse(name));
  }
  CHECK(is_inner_path("1_Pooling/config.json"));
  for (const char* path : {"", "/a", "a//b", "./a", "a/../b", "a/", "..", "a\\b", "a\x01"}) {
    INFO(path);
    CHECK_FALSE(is_inner_path(path));
  }
}

TEST_CASE("snapshots tell their files, sizes, blobs and revisions", "[store]") {
  const TemporaryDirectory cache;
  add_two(cache.path());
  CHECK(repositories(cache.path()) == std::vector<std::string>{"org/name"});
  const auto found = snapshots(cache.path(), "org/name");
  REQUIRE(found.size() == 2);
  CHECK(found[0].commit == kFirst);
  CHECK(found[0].refs == std::vector<std::string>{"main"});
  CHECK(found[0].bytes() == 9);
  CHECK(found[1].refs == std::vector<std::string>{"refs/pr/1"});
  REQUIRE(found[1].files.size() == 3);
  CHECK(found[1].files[0].path == "1_Pooling/config.json");
  CHECK(found[1].files[2].blob == found[0].files[1].blob);
  CHECK(found[1].files[2].blob.size() == 64);
  CHECK(snapshots(cache.path(), "org/other").empty());
}

TEST_CASE("a digest is git's for 40 digits, SHA-256 for 64, and none for other names", "[store]") {
  const TemporaryDirectory folder;
  const auto file = folder.write("file", "hello\n"), empty = folder.write("empty", "");
  // `git hash-object` and `sha256sum` of the same bytes.
  CHECK(digest_like(std::string(40, '0'), file) == "ce013625030ba8dba906f756967f9e9ca394464a");
  CHECK(digest_like(std::string(40, '0'), empty) == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  CHECK(digest_like(std::string(64, '0'), file) ==
        "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
  CHECK_FALSE(digest_like("d41d8cd98f00b204e9800998ecf8427e", file));
  CHECK_FALSE(digest_like(std::string(40, 'X'), file));
  std::uint64_t read = 0;
  digest_like(std::string(64, '0'), file, [&](std::uint64_t bytes) { read += bytes; });
  CHECK(read == 6);
}

TEST_CASE("verifying finds what is damaged, what is missing, and what has no hash", "[store]") {
  const TemporaryDirectory cache;
  add_two(cache.path());
  const auto verify = [&] {
    return Verifier().verify(snapshots(cache.path(), "org/name")[1], [](std::uint64_t) {});
  };
  CHECK(verify().checked == 3);
  CHECK(verify().faults.empty());
  const auto model = cache.path() / "models--org--name";
  const auto link = model / "snapshots" / kSecond / "model.safetensors";
  stored_model::write(fs::canonical(link), "weightz");
  fs::remove(fs::canonical(model / "snapshots" / kSecond / "config.json"));
  stored_model::write(model / "snapshots" / kSecond / "notes", "mine");
  const auto verified = verify();
  CHECK(verified.checked == 2);
  CHECK(verified.unchecked == 1);
  REQUIRE(verified.faults.size() == 2);
  CHECK(verified.faults[0].path == "config.json");
  CHECK_THAT(verified.faults[0].what, ContainsSubstring("missing"));
  CHECK(verified.faults[1].path == "model.safetensors");
  CHECK_THAT(verified.faults[1].what, ContainsSubstring("damaged"));
}

TEST_CASE("removing a revision keeps what another commit has", "[store]") {
  const TemporaryDirectory cache;
  add_two(cache.path());
  const auto model = cache.path() / "models--org--name";
  const auto removal = plan_removal(cache.path(), *ModelName::parse("org/name@refs/pr/1"));
  CHECK(removal.bytes == 5);  // its config.json and the one of the pooling
  remove(removal);
  CHECK(names_in(model / "snapshots") == std::vector<std::string>{kFirst});
  CHECK(names_in(model / "blobs").size() == 2);
  CHECK(names_in(model / "refs") == std::vector<std::string>{"main", "refs"});
  CHECK(Verifier().verify(snapshots(cache.path(), "org/name")[0], [](std::uint64_t) {}).checked ==
        2);
  CHECK(plan_removal(cache.path(), *ModelName::parse("org/name@refs/pr/1")).snapshots.empty());
}

TEST_CASE("removing a model leaves nothing of it, what was begun included", "[store]") {
  const TemporaryDirectory cache;
  add_two(cache.path());
  add(cache.path(), "org/other", kFirst, {{"config.json", "{}"}});
  stored_model::write(cache.path() / "models--org--name/blobs/x.incomplete", "half");
  stored_model::write(cache.path() / ".locks/models--org--name/x.lock", "");
  const auto removal = plan_removal(cache.path(), *ModelName::parse("org/name"));
  CHECK(removal.snapshots.size() == 2);
  CHECK(removal.bytes == 2 + 3 + 2 + 7 + 4 + 80);  // blobs, what was begun, two names
  remove(removal);
  CHECK(names_in(cache.path()) == std::vector<std::string>{".locks", "models--org--other"});
  CHECK(names_in(cache.path() / ".locks").empty());
}

TEST_CASE("a link that leads elsewhere names no blob to remove", "[store]") {
  const TemporaryDirectory cache;
  add_two(cache.path());
  const auto precious = cache.write("precious", "mine");
  const auto snapshot = cache.path() / "models--org--name/snapshots" / kSecond;
  fs::create_symlink(precious, snapshot / "a");
  fs::create_symlink("../../blobs/..", snapshot / "b");
  remove(plan_removal(cache.path(), *ModelName::parse("org/name@refs/pr/1")));
  CHECK(fs::exists(precious));
  CHECK(find_snapshot(cache.path(), "org/name"));
}

TEST_CASE("the licence stands in the front matter of README.md", "[store]") {
  const std::pair<const char*, const char*> cards[] = {
      {"---\nlanguage: en\nlicense: apache-2.0\n---\n# Text\nlicense: mit\n", "apache-2.0"},
      {"---\r\nlicense: \"mit\"  # ours\r\n---\r\n", "mit"},
      {"---\nlicense:\n- mit\n- cc0-1.0\ntags:\n- a\n---\n", "mit, cc0-1.0"},
      {"---\nlicense: [mit, 'gpl']\n---\n", "mit, gpl"},
      {"---\nlicense_name: x\nlicense: other\n---\n", "x"},
      {"---\nlicense: other\n---\n", "other"},
      {"---\ntags: a\n---\nlicense: mit\n", ""},
      {"license: mit\n", ""},
      {"", ""}};
  for (const auto& [readme, license] : cards) {
    INFO(readme);
    const TemporaryDirectory folder;
    folder.write("README.md", readme);
    CHECK(license_of(folder.path()) == license);
  }
  CHECK(license_of("/nowhere").empty());
}
