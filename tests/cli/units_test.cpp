// Parts of the command line by themselves.
#include <signal.h>

#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/layers.hpp"
#include "cli/marked_text.hpp"
#include "cli/model_store.hpp"
#include "cli/signals.hpp"
#include "cli/size.hpp"
#include "cli/value_writer.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace nlp::cli;
namespace fs = std::filesystem;

TEST_CASE("sizes are written as people write them", "[cli]") {
  const std::pair<const char*, std::uint64_t> good[] = {
      {"500", 500},         {"64K", 65536},        {"64k", 65536},
      {"1KiB", 1024},       {"1KB", 1024},         {"1.5G", 1610612736},
      {"2GiB", 2147483648}, {"1T", 1099511627776}, {"0.5M", 524288}};
  for (const auto& [text, bytes] : good) {
    INFO(text);
    CHECK(parse_size(text) == bytes);
  }
  for (const char* text :
       {"", "K", "-1", "1X", "1 K", "1KK", "1e3", "0x10", "1iB", "nan", "inf", "99999999999T"}) {
    INFO(text);
    CHECK_FALSE(parse_size(text));
  }
}

TEST_CASE("layers are counted from either end, ascending, none twice", "[cli]") {
  using Layers = std::vector<std::int64_t>;
  CHECK(parse_layers("0", 2) == Layers{0});
  CHECK(parse_layers("-1", 2) == Layers{2});
  CHECK(parse_layers("2,0,-3,2", 2) == Layers{0, 2});
  CHECK(parse_layers("all", 2) == Layers{0, 1, 2});
  for (const char* text : {"", "3", "-4", "x", ",", "1.5", "1-2", "all,1"}) {
    INFO(text);
    CHECK_THROWS_AS(parse_layers(text, 2), nlp::Error);
  }
}

TEST_CASE("the store lies where the environment says, the nearest name first", "[cli]") {
  std::map<std::string, std::string> values = {{"HOME", "/home/ada"}};
  const Environment environment = [&](const char* name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end() || found->second.empty()) return std::nullopt;
    return found->second;
  };
  CHECK(hub_cache(environment) == "/home/ada/.cache/huggingface/hub");
  values["XDG_CACHE_HOME"] = "/cache";
  CHECK(hub_cache(environment) == "/cache/huggingface/hub");
  values["HF_HOME"] = "~/hf";
  CHECK(hub_cache(environment) == "/home/ada/hf/hub");
  values["HUGGINGFACE_HUB_CACHE"] = "$HOME/old";
  CHECK(hub_cache(environment) == "/home/ada/old");
  values["HF_HUB_CACHE"] = "/new";
  CHECK(hub_cache(environment) == "/new");
}

TEST_CASE("a directory is a model before a name of the store is", "[cli]") {
  const TemporaryDirectory directory;
  const Environment nothing = [](const char*) { return std::nullopt; };
  CHECK(resolve_model(directory.path().string(), nothing) == directory.path());
  CHECK_THROWS_AS(resolve_model((directory.path() / "absent").string(), nothing), nlp::Error);
}

TEST_CASE("values are written as JSON and as CBOR", "[cli]") {
  const auto write = [](Wire wire) {
    std::string dst;
    ValueWriter writer(wire, dst);
    writer.object()
        .put("text", "a\"b\u00e9")
        .put("ids", std::vector<std::int32_t>{1, -2})
        .put("score", 0.1f)
        .put("none", nullptr)
        .put("yes", true)
        .put("span", nlp::text::Span{3, 7});
    writer.key("list").array();
    writer.object().put("x", 1.5).end();
    writer.end().end();
    CHECK(writer.depth() == 0);
    CHECK(writer.keys() ==
          std::vector<std::string>{"text", "ids", "score", "none", "yes", "span", "list"});
    return dst;
  };
  CHECK(write(Wire::json) ==
        "{\"text\":\"a\\\"b\u00e9\",\"ids\":[1,-2],\"score\":0.1,\"none\":null,\"yes\":true,"
        "\"span\":[3,7],\"list\":[{\"x\":1.5}]}");
  const std::string cbor = write(Wire::cbor);
  CHECK(cbor.front() == static_cast<char>(0xBF));  // a map until its end
  CHECK(cbor.back() == static_cast<char>(0xFF));
}

TEST_CASE("numbers are the shortest that read back the same float", "[cli]") {
  const auto json = [](auto number) {
    std::string dst;
    ValueWriter(Wire::json, dst).value(number);
    return dst;
  };
  CHECK(json(0.1f) == "0.1");
  CHECK(json(1.0f / 3) == "0.33333334");
  CHECK(json(-0.0f) == "-0.0");
  CHECK(json(1e30f) == "1e+30");
  CHECK(json(std::numeric_limits<float>::quiet_NaN()) == "null");
  CHECK(json(-std::numeric_limits<float>::infinity()) == "null");
  CHECK(json(std::int64_t{-9007199254740993}) == "-9007199254740993");
}

TEST_CASE("a tensor is base64 in JSON, bytes in CBOR, little-endian", "[cli]") {
  const std::vector<std::int64_t> shape = {2, 1};
  const std::vector<float> values = {1, -2};
  std::string json, cbor;
  ValueWriter(Wire::json, json).tensor(shape, values);
  ValueWriter(Wire::cbor, cbor).tensor(shape, values);
  CHECK(json == R"({"dtype":"float32","shape":[2,1],"data":"AACAPwAAAMA="})");
  CHECK(cbor.find(std::string("\x48\x00\x00\x80\x3F\x00\x00\x00\xC0", 9)) != std::string::npos);
}

TEST_CASE("a signal's handler never runs on a stack that a product has borrowed", "[cli]") {
  handle_signals();
  stack_t stack = {};
  REQUIRE(sigaltstack(nullptr, &stack) == 0);
  CHECK((stack.ss_flags & SS_DISABLE) == 0);
  CHECK(stack.ss_size >= 32768);  // a frame with the registers of AMX takes 11 KB
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action = {};
    REQUIRE(sigaction(signal, nullptr, &action) == 0);
    if (action.sa_handler != SIG_IGN) CHECK((action.sa_flags & SA_ONSTACK) != 0);
  }
}

TEST_CASE("marks that share bytes repeat no text", "[cli]") {
  const std::vector<Mark> marks = {{{1, 3}, "A", 1}, {{1, 3}, "B", 1}, {{2, 5}, "C", 1}};
  std::string plain;
  bool is_tag = false;
  for (const char c : in_colour("abcdefg", marks)) {
    if (c == '\033') is_tag = true;
    if (!is_tag) plain += c;
    if (c == 'm') is_tag = false;
  }
  CHECK(plain == "abc[A]de[C]fg");
  CHECK(as_html("abcdefg", {marks.begin(), marks.begin() + 2}).find("bcbc") == std::string::npos);
}
