// nlp plot attention and nlp plot positions.
#include <cmath>
#include <cstring>

#include "cli/token_labels.hpp"
#include "support/program.hpp"
#include "support/small_tokenizers.hpp"
#include "text/utf8.hpp"

using program::model;
using program::run;

namespace {
const std::string kText = "The sun is shining.\n";

// The float32 values of an array of an archive that is not compressed.
std::vector<float> values_of(const std::string& npz, const std::string& name, std::size_t count) {
  const auto at = npz.find("\x93NUMPY", npz.find(name + ".npy"));
  REQUIRE(at != std::string::npos);
  const auto begin = npz.find('\n', at) + 1;
  std::vector<float> values(count);
  std::memcpy(values.data(), npz.data() + begin, count * sizeof(float));
  return values;
}

void refused(const program::Arguments& arguments, const std::string& input, int exit,
             const std::string& part) {
  const auto ended = run(arguments, input);
  INFO(ended.err);
  CHECK(ended.exit == exit);
  CHECK(ended.out.empty());
  CHECK(ended.err.find(part) != std::string::npos);
}
}  // namespace

TEST_CASE("plot attention has the tokens on both axes, and rows that sum to one", "[cli]") {
  const TemporaryDirectory folder;
  const std::string svg = folder.path() / "a.svg", data = folder.path() / "a.npz";
  const auto tokens =
      program::lines(run({"tokenize", "-m", model("bert-mlm"), "-f", "text"}, kText).out, ' ');
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{}, {"--layer", "0", "--head", "1"}, {"--rollout"}}) {
    program::Arguments arguments = {"plot", "attention", "-m",     model("bert-mlm"),
                                    "-o",   svg,         "--data", data};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto ended = run(arguments, kText);
    INFO(ended.err);
    REQUIRE(ended.exit == 0);
    const std::string bytes = program::read(data), picture = program::read(svg);
    const auto count = tokens.size();
    CHECK(bytes.find("'shape': (" + std::to_string(count) + ", " + std::to_string(count) + ")") !=
          std::string::npos);
    const auto values = values_of(bytes, "attention", count * count);
    for (std::size_t row = 0; row < count; ++row) {
      double sum = 0;
      for (std::size_t column = 0; column < count; ++column) sum += values[row * count + column];
      CHECK(sum == Approx(1).margin(1e-5));
    }
    for (const auto& token : tokens) {
      INFO(token);
      const std::string label = ">" + token.substr(0, token.find('\n')) + "</text>";
      const auto first = picture.find(label);
      CHECK(first != std::string::npos);
      CHECK(picture.find(label, first + 1) != std::string::npos);
    }
  }
}

TEST_CASE("plot attention draws what nlp encode writes", "[cli]") {
  const TemporaryDirectory folder;
  const std::string data = folder.path() / "a.npz", encoded = folder.path() / "e.npz";
  REQUIRE(run({"plot", "attention", "-m", model("bert-mlm"), "--layer", "all", "--head", "all",
               "--data", data},
              kText)
              .exit == 0);
  REQUIRE(run({"encode", "-m", model("bert-mlm"), "--attention", "-f", "npz", "-o", encoded}, kText)
              .exit == 0);
  const auto config = nlp::Json::parse(program::read(program::model("bert-mlm") + "/config.json"));
  const auto heads = config["num_attention_heads"].get<std::size_t>(),
             layers = config["num_hidden_layers"].get<std::size_t>();
  const auto tokens =
      program::lines(run({"tokenize", "-m", model("bert-mlm"), "-f", "text"}, kText).out, ' ')
          .size();
  const auto each = heads * tokens * tokens;
  const auto all = values_of(program::read(data), "attention", layers * each);
  for (std::size_t layer = 0; layer < layers; ++layer) {
    const auto values =
        values_of(program::read(encoded), "attention." + std::to_string(layer), each);
    CHECK(std::equal(values.begin(), values.end(),
                     all.begin() + static_cast<std::ptrdiff_t>(layer * each)));
  }
}

TEST_CASE("plot attention is blocks on stdout and a page that tells its numbers", "[cli]") {
  const auto blocks = run({"plot", "attention", "-m", model("bert-mlm")}, kText);
  CHECK(blocks.exit == 0);
  CHECK(blocks.err.empty());
  CHECK(blocks.out.find("[CLS] ") != std::string::npos);
  CHECK(blocks.out.find('\033') == std::string::npos);
  CHECK(run({"plot", "attention", "-m", model("bert-mlm"), "--color", "always"}, kText)
            .out.find("\033[0;38;5;") == std::string::npos);
  CHECK(run({"plot", "attention", "-m", model("bert-mlm"), "--color", "always"}, kText)
            .out.find("\033[38;5;") != std::string::npos);

  const TemporaryDirectory folder;
  const std::string html = folder.path() / "a.html";
  REQUIRE(run({"plot", "attention", "-m", model("bert-mlm"), "--head", "all", "-o", html}, kText)
              .exit == 0);
  const std::string page = program::read(html), mark = "id=\"data\">";
  const auto from = page.find(mark) + mark.size();
  const auto told = nlp::Json::parse(page.substr(from, page.find("</script>", from) - from));
  CHECK(told["rows"][0] == "[CLS]");
  CHECK(told["maps"].size() > 1);
  CHECK(told["maps"][1]["name"] == "head 1");
}

TEST_CASE("plot attention draws tokens of any script", "[cli]") {
  const TemporaryDirectory folder;
  const std::string text = "größer 漢字 😀 e\u0301\n";
  for (const char* name : {"bert-mlm", "t5"})
    for (const char* file : {"a.svg", "a.png", "a.pdf", "a.html"}) {
      INFO(name << " " << file);
      const auto ended = run(
          {"plot", "attention", "-m", model(name), "-o", (folder.path() / file).string()}, text);
      INFO(ended.err);
      CHECK(ended.exit == 0);
      CHECK(ended.err.empty());
    }
}

TEST_CASE("tokens that spell bytes are named by the text that they stand for", "[cli]") {
  const auto& tokenizer = small_tokenizers::byte_level();
  nlp::cli::Record record;
  record.text = "The 漢";
  record.pair = "größer";
  const auto encoding = tokenizer.encode(record.text, *record.pair);
  const auto labels = nlp::cli::token_labels(tokenizer, encoding, record);
  REQUIRE(labels.size() == encoding.size());
  CHECK(labels.front() == tokenizer.surfaces(encoding).front());  // the template's
  std::string all;
  for (const auto& label : labels) {
    // No letters of bytes: of the text, the sign of a space, or of the template.
    CHECK((label == "Ġ" || label == "漢" || label == "Ġ漢" || nlp::text::is_ascii(label) ||
           label.find("ö") != std::string::npos || label.find("ß") != std::string::npos));
    all += label;
  }
  CHECK_THAT(all, ContainsSubstring("漢"));
  CHECK_THAT(all, ContainsSubstring("ö"));
}

TEST_CASE("plot attention takes one text, of several the one that is named", "[cli]") {
  const std::string two = "The sun.\nThe moon is bright.\n";
  refused({"plot", "attention", "-m", model("bert-mlm")}, two, 2, "stdin:2: a second text");
  refused({"plot", "attention", "-m", model("bert-mlm"), "--record", "3"}, two, 3, "there are 2");
  refused({"plot", "attention", "-m", model("bert-mlm")}, "", 3, "no text");
  refused({"plot", "attention", "-m", model("bert-mlm"), "--record", "0"}, two, 2,
          "counted from 1");
  const auto second = run({"plot", "attention", "-m", model("bert-mlm"), "--record", "2"}, two);
  CHECK(second.exit == 0);
  CHECK(second.out ==
        run({"plot", "attention", "-m", model("bert-mlm")}, "The moon is bright.").out);
  const auto records = run({"tokenize", "-m", model("bert-mlm")}, "The moon is bright.").out;
  CHECK(run({"plot", "attention", "-m", model("bert-mlm")}, records).out == second.out);
}

TEST_CASE("plot attention names what the model does not have", "[cli]") {
  const auto said = [](const program::Arguments& more, int exit, const std::string& part) {
    program::Arguments arguments = {"plot", "attention", "-m", model("bert-mlm")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    refused(arguments, kText, exit, part);
  };
  said({"--layer", "99"}, 2, "--layer: the model has none of it (expected all or -");
  said({"--head", "best"}, 2, "--head: the model has none of it (expected mean, all or -");
  said({"--rollout", "--head", "1"}, 2, "excludes");
  said({"--attention-kernel", "performer"}, 2, "no attention probabilities");
  said({"--layer", "all", "--head", "all", "--height", "12"}, 2, "too few rows");
  refused(
      {"plot", "attention", "-m", model("bert-mlm")},
      "sun " +
          [] {
            std::string words;
            for (int k = 0; k < 2000; ++k) words += "sun ";
            return words;
          }(),
      3, "too long");
}

TEST_CASE("plot positions draws sines, or the table of a checkpoint", "[cli]") {
  const TemporaryDirectory folder;
  const std::string data = folder.path() / "p.npz", svg = folder.path() / "p.svg";
  REQUIRE(run({"plot", "positions", "-o", svg, "--data", data}).exit == 0);
  const std::string bytes = program::read(data);
  CHECK(bytes.find("'shape': (100, 64)") != std::string::npos);
  const auto values = values_of(bytes, "positions", 6400);
  CHECK(values[64] == Approx(std::sin(1.0)));
  CHECK(values[99 * 64 + 62] == Approx(0.0132014787));
  CHECK(program::read(svg).find(">position</text>") != std::string::npos);
  CHECK(program::lines(run({"plot", "positions"}).out).size() > 30);

  REQUIRE(run({"plot", "positions", "-m", model("bert-mlm"), "--max-length", "7", "-o", svg,
               "--data", data})
              .exit == 0);
  const auto config = nlp::Json::parse(program::read(program::model("bert-mlm") + "/config.json"));
  CHECK(program::read(data).find("'shape': (7, " + config["hidden_size"].dump() + ")") !=
        std::string::npos);
  refused({"plot", "positions", "-m", model("bert-mlm"), "--max-length", "8000"}, "", 2,
          "--max-length: more than the checkpoint has");
  refused({"plot", "positions", "-m", model("modernbert-mlm")}, "", 4, "no table of positions");
}
