// Downloads from a hub that does its best.
#include <thread>

#include "support/catch.hpp"
#include "support/pulling.hpp"

using namespace pulling;

TEST_CASE("a pulled model lies as huggingface_hub lays it out", "[store]") {
  Fixture fixture;
  const fs::path model = fixture.cache.path() / "models--org--name";
  const fs::path snapshot = fixture.pull();
  CHECK(snapshot == model / "snapshots" / kFirst);
  CHECK(read(model / "refs/main") == kFirst);
  CHECK(fixture.is_whole());
  CHECK(fixture.left_over().empty());
  const auto link = fs::read_symlink(snapshot / kWeights);
  CHECK(link.parent_path() == "../../blobs");
  CHECK(link.filename().string().size() == 64);
  CHECK(fs::read_symlink(snapshot / "config.json").filename() ==
        "9e26dfeeb6e641a33dae4961196235bdb965b21b");  // git hash-object of `{}`
  CHECK(fs::exists(fixture.cache.path() / ".locks/models--org--name" /
                   (link.filename().string() + ".lock")));
  CHECK(read(fixture.cache.path() / "CACHEDIR.TAG")
            .starts_with("Signature: 8a477f597d28d172789f06886806bc55"));
}

TEST_CASE("a second pull asks what there is and fetches nothing", "[store]") {
  Fixture fixture;
  fixture.pull();
  const auto before = fixture.server.requests().size();
  fixture.pull();
  CHECK(fixture.server.requests().size() == before + 1);
  fixture.server.add("org/name", kSecond, {{"config.json", "{}"}, {kWeights, fixture.weights}});
  fixture.pull();
  CHECK(find_snapshot(fixture.cache.path(), "org/name")->filename() == kSecond);
  CHECK(fixture.server.requests("GET", kWeights).empty());  // the blob was there
}

TEST_CASE("revisions are fetched by branch, tag and commit", "[store]") {
  Fixture fixture;
  fixture.server.add("org/name", kSecond, {{"config.json", "[]"}, {kWeights, "w"}}, "refs/pr/1");
  CHECK(fixture.pull("org/name@refs/pr/1").filename() == kSecond);
  CHECK(read(fixture.cache.path() / "models--org--name/refs/refs/pr/1") == kSecond);
  CHECK(fixture.pull("org/name@" + kFirst).filename() == kFirst);
  CHECK_FALSE(fs::exists(fixture.cache.path() / "models--org--name/refs" / kFirst));
}

TEST_CASE("what an earlier process began goes on", "[store]") {
  Fixture fixture;
  fixture.options.retries = 0;
  fixture.on_weights([](const Request&, Reply& reply) { reply.cut = 100000; });
  CHECK(fixture.failure() == nlp::Kind::network);
  CHECK(fixture.left_over().size() == 1);
  CHECK_FALSE(find_snapshot(fixture.cache.path(), "org/name"));  // no name before it is whole
  fixture.server.tamper({});
  fixture.pull();
  CHECK(fixture.is_whole());
  CHECK(fixture.abroad().back().header("range") == "bytes=100000-");
  CHECK(fixture.left_over().empty());
}

TEST_CASE("no host but the hub's own learns the token", "[store]") {
  Fixture fixture;
  fixture.options.token = "secret";
  fixture.pull();
  for (const auto& request : fixture.server.requests()) {
    INFO(request.method << " " << request.path);
    CHECK(request.header("authorization") == (request.is_abroad ? "" : "Bearer secret"));
  }
  fixture.options.token = "se cret\r\nX: y";
  CHECK(fixture.failure() == nlp::Kind::usage);
}

TEST_CASE("a renamed model is followed within the hub", "[store]") {
  Fixture fixture;
  fixture.server.tamper([](const Request& request, Reply& reply) {
    if (request.path.find("/old/") != std::string::npos) {
      std::string path = request.path;
      path.replace(path.find("/old/"), 10, "/org/name");
      reply = {.status = 307, .headers = {{"Location", path}}};
    }
  });
  CHECK(fixture.pull("old/named").parent_path().parent_path().filename() == "models--old--named");
}

TEST_CASE("two that pull the same fetch it once", "[store]") {
  Fixture fixture;
  std::thread other([&] { fixture.pull(); });
  fixture.pull();
  other.join();
  CHECK(fixture.is_whole());
  CHECK(fixture.abroad().size() == 1);
}

TEST_CASE("a pull that is stopped keeps what it has", "[store]") {
  Fixture fixture;
  fixture.pull_options.progress = [](const PullProgress& progress) {
    if (progress.path == kWeights) throw std::runtime_error("stopped");
  };
  CHECK_THROWS_WITH(fixture.pull(), "stopped");
  CHECK(fixture.left_over().size() == 1);
  fixture.pull_options.progress = [](const PullProgress&) {};
  fixture.pull();
  CHECK(fixture.is_whole());
}

TEST_CASE("where there are no links snapshots hold the files", "[store]") {
  Fixture fixture;
  fixture.pull_options.links = false;
  const auto snapshot = fixture.pull();
  CHECK(fs::is_regular_file(fs::symlink_status(snapshot / kWeights)));
  CHECK(read(snapshot / kWeights) == fixture.weights);
  const auto before = fixture.server.requests().size();
  fixture.pull();
  CHECK(fixture.server.requests().size() == before + 1);
}

TEST_CASE("an empty file is a file", "[store]") {
  Fixture fixture;
  fixture.server.add("org/name", kFirst, {{"config.json", ""}, {kWeights, "w"}});
  const auto snapshot = fixture.pull();
  CHECK(fs::file_size(snapshot / "config.json") == 0);
  CHECK(fs::read_symlink(snapshot / "config.json").filename() ==
        "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
}

TEST_CASE("a snapshot without links leaves those that have some as they are", "[store]") {
  Fixture fixture;
  const auto first = fixture.pull();
  fixture.server.add("org/name", kSecond, {{"config.json", "{}"}, {kWeights, fixture.weights}});
  fixture.pull_options.links = false;
  const auto second = fixture.pull();
  CHECK(first != second);
  CHECK(read(second / kWeights) == fixture.weights);
  CHECK(read(first / kWeights) == fixture.weights);
}
