// Downloads from a hub that does not do its best, or means ill.
#include <thread>

#include "support/catch.hpp"
#include "support/pulling.hpp"

using namespace pulling;

TEST_CASE("a cut connection goes on where it was cut", "[store]") {
  Fixture fixture;
  fixture.on_weights([](const Request& request, Reply& reply) {
    if (request.number < 8) reply.cut = 30000;  // more often than retries without progress
  });
  fixture.pull();
  CHECK(fixture.is_whole());
  std::vector<std::string> ranges;
  for (const auto& request : fixture.abroad()) ranges.push_back(request.header("range"));
  REQUIRE(ranges.size() == 9);
  CHECK(ranges[0].empty());
  CHECK(ranges[1] == "bytes=30000-");
  CHECK(ranges[8] == "bytes=240000-");
}

TEST_CASE("a server that falls silent is asked again", "[store]") {
  Fixture fixture;
  fixture.on_weights([](const Request& request, Reply&) {
    if (request.number == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2500));
  });
  fixture.pull();
  CHECK(fixture.is_whole());
  CHECK(fixture.abroad().size() >= 2);
}

TEST_CASE("a server without ranges is asked for all of it again", "[store]") {
  Fixture fixture;
  const std::string weights = fixture.weights;
  fixture.on_weights([weights](const Request& request, Reply& reply) {
    reply = {.body = weights};
    if (request.number == 0) reply.cut = 5000;
  });
  fixture.pull();
  CHECK(fixture.is_whole());
}

TEST_CASE("a range that begins elsewhere is not taken", "[store]") {
  Fixture fixture;
  fixture.on_weights([](const Request& request, Reply& reply) {
    if (request.number == 0) reply.cut = 5000;
    if (request.number == 1) reply.headers["Content-Range"] = "bytes 0-299999/300000";
  });
  fixture.pull();
  CHECK(fixture.is_whole());
}

TEST_CASE("a server that lies about lengths yields no file", "[store]") {
  Fixture fixture;
  SECTION("more bytes than it told") {
    fixture.on_weights([](const Request&, Reply& reply) { reply.body += "more"; });
    CHECK(fixture.failure() == nlp::Kind::network);
    CHECK_THAT(fixture.message, ContainsSubstring("more bytes than it told"));
  }
  SECTION("fewer bytes than it told") {
    fixture.on_weights([](const Request&, Reply& reply) {
      reply.status = 200;
      reply.body = "few";
    });
    CHECK(fixture.failure() == nlp::Kind::network);
    CHECK_THAT(fixture.message, ContainsSubstring("3 bytes of 300000"));
  }
  SECTION("a Content-Length beyond the body") {
    fixture.options.retries = 1;
    fixture.on_weights([](const Request&, Reply& reply) {
      reply.status = 200;
      reply.body = "few";
      reply.length = 300000;
    });
    CHECK(fixture.failure() == nlp::Kind::network);
  }
  CHECK_FALSE(find_snapshot(fixture.cache.path(), "org/name"));
}

TEST_CASE("bytes whose hash is another are thrown away", "[store]") {
  Fixture fixture;
  SECTION("of large files") {
    fixture.on_weights([](const Request&, Reply& reply) { reply.body[1000] ^= 1; });
  }
  SECTION("of small files") {
    fixture.server.tamper([](const Request& request, Reply& reply) {
      if (request.path.ends_with("config.json")) reply.body = "[]";
    });
  }
  CHECK(fixture.failure() == nlp::Kind::network);
  CHECK_THAT(fixture.message, ContainsSubstring("not the bytes"));
  CHECK(fixture.left_over().empty());
  fixture.server.tamper({});
  fixture.pull();
  CHECK(fixture.is_whole());
}

TEST_CASE("a file that changes while it is fetched is fetched as it is then", "[store]") {
  Fixture fixture;
  // Another etag from the second request on; the first body ends early.
  fixture.server.tamper([](const Request& request, Reply& reply) {
    if (!request.path.ends_with("tokenizer.json")) return;
    if (request.method == "GET" && request.number == 0) {
      reply.length = 3;
      reply.cut = 1;
    } else if (request.method == "GET" || request.number > 0) {
      reply.body = "[1]";
      reply.headers["ETag"] = "\"f4ac2d0d3aaf6c7ca0afd9eb3e2eb4eb0bbc7b54\"";
    }
  });
  // The etag above is made up: what counts is that no byte of the first answer is mixed in.
  CHECK(fixture.failure() == nlp::Kind::network);
  CHECK_THAT(fixture.message, ContainsSubstring("f4ac2d0d3aaf6c7ca0afd9eb3e2eb4eb0bbc7b54"));
  CHECK(fixture.left_over().empty());
}

TEST_CASE("what passes is asked again, as late as the server says", "[store]") {
  Fixture fixture;
  for (const int status : {429, 500, 503}) {
    INFO(status);
    fixture.server.tamper([status](const Request& request, Reply& reply) {
      if (request.number % 2 == 0) reply = {.status = status, .headers = {{"Retry-After", "0"}}};
    });
    fixture.pull();
    CHECK(fixture.is_whole());
    fs::remove_all(fixture.cache.path() / "models--org--name");
  }
  const auto begun = std::chrono::steady_clock::now();
  fixture.server.tamper([](const Request& request, Reply& reply) {
    if (request.path.starts_with("/api/") && request.number % 2 == 1)
      reply = {.status = 429, .headers = {{"Retry-After", "1"}}};
  });
  fixture.pull();
  fixture.pull();
  CHECK(std::chrono::steady_clock::now() - begun >= std::chrono::seconds(1));
  fixture.server.tamper([](const Request&, Reply& reply) {
    reply = {.status = 429, .headers = {{"Retry-After", "86400"}}};
  });
  CHECK(fixture.failure() == nlp::Kind::network);
  CHECK_THAT(fixture.message, ContainsSubstring("86400 seconds"));
}

TEST_CASE("what does not pass is told, with the kind of error it is", "[store]") {
  Fixture fixture;
  CHECK(fixture.failure("org/none") == nlp::Kind::model);
  CHECK_THAT(fixture.message, ContainsSubstring("no such model"));
  CHECK(fixture.failure("org/name@v9") == nlp::Kind::model);
  CHECK_THAT(fixture.message, ContainsSubstring("no such revision"));
  const auto with = [&](int status, const std::string& code) {
    fixture.server.tamper([=](const Request&, Reply& reply) {
      reply = {.status = status};
      if (!code.empty()) reply.headers["X-Error-Code"] = code;
    });
    return fixture.failure();
  };
  CHECK(with(401, "") == nlp::Kind::network);
  CHECK_THAT(fixture.message, ContainsSubstring("set HF_TOKEN"));
  CHECK(with(403, "GatedRepo") == nlp::Kind::network);
  CHECK_THAT(fixture.message, ContainsSubstring("accept the terms"));
  CHECK(with(404, "") == nlp::Kind::model);
  CHECK(with(500, "") == nlp::Kind::network);
  CHECK_THAT(fixture.message, ContainsSubstring("status 500"));
  fixture.options.token = "secret";
  CHECK(with(401, "") == nlp::Kind::network);
  CHECK_THAT(fixture.message, ContainsSubstring("not accepted"));
  CHECK_THAT(fixture.message, !ContainsSubstring("secret"));
  fixture.options.endpoint = "http://127.0.0.1:1";
  fixture.options.retries = 1;
  CHECK(fixture.failure() == nlp::Kind::network);
  fixture.options.endpoint = "ftp://127.0.0.1";
  CHECK(fixture.failure() == nlp::Kind::usage);
}

TEST_CASE("an answer that is no hub's is told as that", "[store]") {
  Fixture fixture;
  for (const char* body : {"<html>", "[]", "{}", R"({"sha":"x","siblings":[]})"}) {
    INFO(body);
    fixture.server.tamper([body](const Request&, Reply& reply) { reply.body = body; });
    CHECK(fixture.failure() == nlp::Kind::network);
    CHECK_THAT(fixture.message, ContainsSubstring("HF_ENDPOINT"));
  }
}

TEST_CASE("a hub whose redirects go in a circle, or to a file, is not followed", "[store]") {
  Fixture fixture;
  for (const std::string location : {"/api/models/org/name/revision/main", "file:///etc/passwd"}) {
    INFO(location);
    fixture.server.tamper([location](const Request&, Reply& reply) {
      reply = {.status = 307, .headers = {{"Location", location}}};
    });
    CHECK(fixture.failure() == nlp::Kind::network);
    CHECK_THAT(fixture.message, ContainsSubstring("redirects"));
  }
}

TEST_CASE("files that would lie outside of the snapshot are left out", "[store]") {
  Fixture fixture;
  fixture.server.add("org/name", kFirst,
                     {{"../../evil", "x"}, {"/evil", "x"}, {"config.json", "{}"}, {kWeights, "w"}});
  const auto snapshot = fixture.pull("org/name", {.include = {"*"}, .exclude = {}});
  CHECK(snapshots(fixture.cache.path(), "org/name")[0].files.size() == 2);
  fixture.server.tamper([](const Request& request, Reply& reply) {
    if (request.path.ends_with("config.json")) reply.headers["ETag"] = "\"../../../evil\"";
  });
  fs::remove_all(fixture.cache.path() / "models--org--name");
  CHECK(fixture.failure() == nlp::Kind::network);
  CHECK_THAT(fixture.message, ContainsSubstring("no etag"));
}
