#include "support/program.hpp"

using program::model;
using program::records;
using program::run;

namespace {
const program::Arguments kShort = {
    "bench",     "--repeat", "1",  "--seconds", "0",  "--texts",        "4",
    "--lengths", "4,8",      "-t", "2",         "-m", model("bert-mlm")};

program::Arguments with(program::Arguments more) {
  more.insert(more.begin(), kShort.begin(), kShort.end());
  return more;
}

void check_rates(const nlp::Json& measure) {
  for (const char* key : {"tokens_per_second", "median_tokens_per_second", "gflops", "part"}) {
    INFO(key);
    CHECK(measure.at(key).get<double>() > 0);
  }
}
}  // namespace

TEST_CASE("bench measures a text, lengths, lines and the machine's limit", "[cli]") {
  const auto found = records(with({"--json", "--dtype", "f32"}), "The sun is bright.\n\nHello.\n");
  REQUIRE(found.size() == 1);
  const nlp::Json& report = found.front();
  CHECK(report.at("threads") == 2);
  CHECK(report.at("onednn").get<std::string>() != "");
  CHECK(report.at("isa").get<std::string>() != "");
  REQUIRE(report.at("types").size() == 1);
  const nlp::Json& type = report.at("types").front();
  CHECK(type.at("dtype") == "f32");
  CHECK(type.at("computed") == "f32");
  CHECK(type.at("mflop_per_token").get<double>() > 0);
  CHECK(type.at("limit").at("gflops").get<double>() > 0);
  CHECK(type.at("latency").at("tokens") == 16);
  CHECK(type.at("latency").at("milliseconds").get<double>() > 0);
  check_rates(type.at("latency"));
  REQUIRE(type.at("uniform").size() == 2);
  CHECK(type.at("uniform").at(1).at("length") == 8);
  for (const auto& uniform : type.at("uniform")) {
    check_rates(uniform);
    double share = 0;
    for (const auto& stage : uniform.at("stages")) share += stage.at("share").get<double>();
    CHECK(share == Approx(1));
  }
  CHECK(type.at("lines").at("texts") == 2);  // an empty line is none
  CHECK(type.at("lines").at("texts_per_second").get<double>() > 0);
  check_rates(type.at("lines"));
  CHECK(report.at("tokenizer").at("bytes") == 24);
}

TEST_CASE("bench measures every type that is named, and tells what was computed", "[cli]") {
  const auto found = records(with({"--json", "--dtype", "int8,f32"}), "");
  const nlp::Json& types = found.front().at("types");
  REQUIRE(types.size() == 2);
  CHECK(types.at(0).at("dtype") == "f32");
  CHECK(types.at(1).at("dtype") == "int8");
  CHECK_FALSE(types.at(0).contains("lines"));  // none were given
  CHECK_FALSE(found.front().contains("tokenizer"));
}

TEST_CASE("bench writes tables for people", "[cli]") {
  const auto ended = run(with({"--dtype", "f32"}), "Hello.\n");
  CHECK(ended.exit == 0);
  for (const char* part : {"MFLOP a token", "oneDNN ", "matmul 4096 x 768 x 768", "1 x 16", "4 x 8",
                           "1 line ", "time by stage", "attention", "MB/s"}) {
    INFO(part);
    CHECK(ended.out.find(part) != std::string::npos);
  }
}

TEST_CASE("bench refuses what it cannot measure", "[cli]") {
  CHECK(run(with({"--dtype", "fp8"})).exit == 2);
  CHECK(run({"bench", "-m", model("bert-mlm"), "--lengths", "1000000"}).exit == 2);
  CHECK(run(with({"no/such/file"})).exit == 3);
  CHECK(run({"bench", "-m", "no/such/model"}).exit == 4);
}
