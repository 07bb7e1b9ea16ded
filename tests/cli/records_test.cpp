#include <map>

#include "support/program.hpp"
#include "text/utf8.hpp"

using nlp::Json;
using program::Arguments;
using program::model;
using program::records;
using program::run;

namespace {

struct Command {
  std::string name, model;
};
const Command kCommands[] = {{"tokenize", "bert-mlm"},  {"mask", "bert-mlm"},
                             {"encode", "bert-mlm"},    {"predict", "bert-mlm"},
                             {"fill-mask", "bert-mlm"}, {"ner", "bert-ner"},
                             {"embed", "bert-mlm"},     {"classify", "bert-sentiment"}};

std::vector<Json> json(const Command& command, Arguments more, std::string_view input) {
  Arguments arguments = {command.name, "-m", model(command.model), "-q", "-f", "jsonl"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return records(arguments, input);
}

}  // namespace

TEST_CASE("one line is one record, empty ones and one without newline too", "[cli]") {
  for (const Command& command : kCommands) {
    INFO(command.name);
    CHECK(json(command, {}, "\na [MASK]\n\n \nb").size() == 5);
    CHECK(json(command, {}, "").empty());
    CHECK(json(command, {}, "\n").size() == 1);
  }
}

TEST_CASE("line separators of Unicode and a carriage return are text", "[cli]") {
  const auto found = json({"tokenize", "bert-mlm"}, {}, "a\u2028b\u0085 c\x0b d\ncr\r\n");
  REQUIRE(found.size() == 2);
  CHECK(found[0]["text"] == "a\u2028b\u0085 c\x0b d");
  CHECK(found[1]["text"] == "cr\r");
  CHECK(json({"tokenize", "bert-mlm"}, {"--crlf"}, "cr\r\n")[0]["text"] == "cr");
}

TEST_CASE("with -0 records end with NUL, in and out", "[cli]") {
  const auto ended =
      run({"tokenize", "-m", model("bert-mlm"), "--json", "-0"}, std::string_view("a\nb\0\0c", 6));
  const auto found = program::lines(ended.out, '\0');
  REQUIRE(found.size() == 3);
  CHECK(Json::parse(found[0])["text"] == "a\nb");
  CHECK(ended.out.back() == '\0');
}

TEST_CASE("other fields ride along as they were written", "[cli]") {
  const std::string line =
      R"({"id": 9007199254740993, "text": "a [MASK] b", "price": 1.10, "meta": {"k": [1, null]}})";
  for (const Command& command : kCommands) {
    INFO(command.name);
    const auto ended = run(
        {command.name, "-m", model(command.model), "-q", "--input", "jsonl", "-f", "jsonl"}, line);
    CHECK(ended.out.find(R"("id":9007199254740993)") != std::string::npos);
    CHECK(ended.out.find(R"("price":1.10)") != std::string::npos);
    CHECK(ended.out.find(R"("meta":{"k": [1, null]})") != std::string::npos);
  }
}

TEST_CASE("--field names the text", "[cli]") {
  const auto found = json({"tokenize", "bert-mlm"}, {"--input", "jsonl", "--field", "body"},
                          R"({"body": "hello", "text": "other"})");
  CHECK(found[0]["text"] == "hello");
}

TEST_CASE("a tab or the field pair makes a pair, a tab in JSON does not", "[cli]") {
  const auto tab = json({"tokenize", "bert-mlm"}, {}, "a\tb\tc");
  const auto field =
      json({"tokenize", "bert-mlm"}, {"--input", "jsonl"}, R"({"text": "a", "pair": "b\tc"})");
  CHECK(tab == field);
  CHECK(tab[0]["pair"] == "b\tc");
  const auto plain = json({"tokenize", "bert-mlm"}, {"--input", "jsonl"}, R"({"text": "a\tb"})");
  CHECK(plain[0]["text"] == "a\tb");
  CHECK_FALSE(plain[0].contains("pair"));
}

TEST_CASE("files are read one behind the other, - is stdin", "[cli]") {
  const TemporaryDirectory folder;
  const auto first = folder.write("first", "one\n"), last = folder.write("last", "three");
  const auto found =
      records({"tokenize", "-m", model("bert-mlm"), "--json", first, "-", last}, "two\n");
  REQUIRE(found.size() == 3);
  CHECK(found[0]["text"] == "one");
  CHECK(found[1]["text"] == "two");
  CHECK(found[2]["text"] == "three");
}

TEST_CASE("a record comes out before the next goes in", "[cli]") {
  for (const char* command : {"tokenize", "fill-mask", "embed"}) {
    program::Piped nlp({command, "-m", model("bert-mlm"), "-q", "-f", "jsonl"});
    for (const std::string text : {"a [MASK] b", "the [MASK] c"}) {
      nlp.write(text + "\n");
      CHECK(Json::parse(nlp.read_line())["text"] == text);
    }
    nlp.close_input();
    CHECK(nlp.wait() == 0);
  }
}

#ifndef NLP_SANITIZED  // a sanitizer keeps freed memory for a while
TEST_CASE("memory stays flat however much comes in", "[cli]") {
  const auto peak = [](const program::Piped& nlp) {
    const auto status = program::read("/proc/" + std::to_string(nlp.process()) + "/status");
    return std::stol(status.substr(status.find("VmHWM:") + 6));  // kB
  };
  program::Piped nlp({"tokenize", "-m", model("bert-mlm"), "-f", "ids", "-t", "2"});
  std::string block;
  for (int k = 0; k < 1000; ++k) block += "all work and no play makes a dull day\n";
  const auto pass = [&] {
    // The program's output waits in a pipe while we write: read as many lines as go in.
    for (int part = 0; part < 10; ++part) {
      nlp.write(block.substr(0, block.size() / 10));
      for (int k = 0; k < 100; ++k) nlp.read_line();
    }
  };
  for (int k = 0; k < 5; ++k) pass();
  const long before = peak(nlp);
  for (int k = 0; k < 50; ++k) pass();
  CHECK(peak(nlp) < before + 4096);
}
#endif

TEST_CASE("results do not depend on threads, batches or neighbours", "[cli]") {
  std::string input;
  for (int k = 0; k < 60; ++k)
    input += std::string(static_cast<std::size_t>(k % 13 * 4), 'x') + " the cat [MASK] number " +
             std::to_string(k) + "\n";
  for (const Command& command : kCommands) {
    INFO(command.name);
    Arguments arguments = {command.name, "-m", model(command.model), "-q", "-f", "jsonl"};
    if (command.name == "mask") arguments.insert(arguments.end(), {"--seed", "1"});
    const auto with = [&](Arguments more) {
      more.insert(more.begin(), arguments.begin(), arguments.end());
      return run(more, input).out;
    };
    const auto one = with({"-t", "1"});
    CHECK(program::lines(one).size() == 60);
    CHECK(with({"-t", "3"}) == one);
    CHECK(with({"-t", "2", "--batch-tokens", "1"}) == one);
    CHECK(with({"-t", "2", "--batch-tokens", "100000"}) == one);
  }
}

TEST_CASE("offsets count code points, bytes or UTF-16", "[cli]") {
  const std::string text = "Z\u00fcrich \U0001F600 na\u00efve [MASK] Ulm";
  const auto spans = [&](const char* unit) {
    return records({"fill-mask", "-m", model("bert-mlm"), "--json", "--offsets", unit},
                   text)[0]["masks"][0];
  };
  CHECK(spans("codepoints")["start"] == 15);
  CHECK(spans("utf16")["start"] == 16);
  CHECK(spans("bytes")["start"] == 20);
  CHECK(spans("bytes")["end"] == 26);
}

TEST_CASE("what is no UTF-8 becomes U+FFFD and is counted", "[cli]") {
  const Arguments arguments = {"tokenize", "-m", model("bert-mlm"), "--json"};
  const auto ended = run(arguments, "ok \xff bad\n\xfe\nfine\na\xff\n");
  const auto found = records(ended);
  CHECK(found[0]["text"] == "ok \uFFFD bad");
  CHECK(found[3]["text"] == "a\uFFFD");
  CHECK(program::lines(ended.err).size() == 1);
  CHECK(ended.err.find(" 3 ") != std::string::npos);
  CHECK(run({"tokenize", "-m", model("bert-mlm"), "--strict"}, "a\xff").exit == 3);
}
