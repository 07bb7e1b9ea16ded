#include <unistd.h>

#include "support/program.hpp"

using program::run;

namespace {

// `nlp train tokenizer ARGUMENTS`.
program::Ended train(program::Arguments arguments, const std::string& input = "") {
  arguments.insert(arguments.begin(), {"train", "tokenizer"});
  return run(arguments, input);
}

const std::string kText = "The sun is bright.\nThe sunny sun shines.\n";

}  // namespace

TEST_CASE("train tokenizer reads files, directories and stdin, and the stages read its tokenizer",
          "[cli]") {
  const TemporaryDirectory folder;
  std::filesystem::create_directories(folder.path() / "texts" / "below");
  const std::string file = folder.write("texts/below/a.txt", kText);
  const std::string texts = folder.path() / "texts";
  for (const std::string type : {"wordpiece", "bpe", "unigram"}) {
    INFO(type);
    const std::string vocab = type == "bpe" ? "275" : "45";
    const auto made = [&](const program::Arguments& sources, const std::string& input) {
      const std::string target = folder.path() / (type + ".json");
      program::Arguments arguments = {"--type", type, "--vocab", vocab, "-q", "-o", target};
      arguments.insert(arguments.end(), sources.begin(), sources.end());
      const auto ended = train(arguments, input);
      INFO(ended.err);
      CHECK(ended.exit == 0);
      CHECK(ended.out.empty());
      CHECK(ended.err.empty());
      return program::read(target);
    };
    const std::string bytes = made({file}, "");
    CHECK(nlp::Json::parse(bytes).contains("model"));
    CHECK(made({texts}, "") == bytes);
    CHECK(made({"-"}, kText) == bytes);
    CHECK(made({"-t", "3"}, kText) == bytes);
    CHECK(made({"--min-frequency", "1"}, kText) != bytes);

    const std::string model = folder.path() / type;
    REQUIRE(train({"--type", type, "--vocab", vocab, "-o", model, "--special", "<a>", "--special",
                   "<b>", file})
                .exit == 0);
    const auto record = program::records({"tokenize", "-m", model}, "The sun <b>\n").front();
    const auto tokens = record["tokens"].get<std::vector<std::string>>();
    CHECK(std::count(tokens.begin(), tokens.end(), "<b>") == 1);
    const auto decoded =
        program::records({"tokenize", "-m", model, "--decode"}, record.dump() + "\n");
    CHECK(decoded.front()["text"].get<std::string>().find("sun") != std::string::npos);
  }
}

TEST_CASE("train tokenizer refuses what it cannot do, with the reason, and writes nothing",
          "[cli]") {
  const TemporaryDirectory folder;
  const std::string out = folder.path() / "out.json";
  const auto said = [&](program::Arguments arguments, const std::string& input, int exit,
                        const std::string& part) {
    const auto ended = train(std::move(arguments), input);
    INFO(ended.err);
    CHECK(ended.exit == exit);
    CHECK(ended.err.find(part) != std::string::npos);
    CHECK(!std::filesystem::exists(out));
  };
  said({"-o", out}, kText, 2, "--type");
  said({"--type", "word", "-o", out}, kText, 2, "is none of");
  said({"--type", "bpe"}, kText, 2, "--output");
  said({"--type", "bpe", "--cased", "-o", out}, kText, 2, "bpe keeps case anyway");
  said({"--type", "bpe", "--limit-alphabet", "9", "-o", out}, kText, 2, "256 bytes");
  said({"--type", "bpe", "--vocab", "100", "-o", out}, kText, 2, "expected at least 261");
  said({"--type", "unigram", "-o", out, "-", "-"}, kText, 2, "stdin is given twice");
  said({"--type", "unigram", "-o", out, "/nowhere"}, "", 3, "no such file");
  said({"--type", "wordpiece", "-o", out}, "\n \n", 3, "no words in the text");
  said({"--type", "wordpiece", "-o", folder.path() / "no" / "x.json"}, kText, 1,
       "no such directory");
  const auto broken = train({"--type", "wordpiece", "-o", out}, "a\xFF sun\n");
  CHECK(broken.exit == 0);
  CHECK(broken.err.find("1 place that was no UTF-8 replaced by U+FFFD") != std::string::npos);
  CHECK(broken.err.find("the text has no more") != std::string::npos);
}
