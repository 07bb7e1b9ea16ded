#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "support/catch.hpp"
#include "support/paths.hpp"
#include "support/temporary_directory.hpp"
#include "tokenizer/tokenizer.hpp"
#include "train/tokenizer/train_tokenizer.hpp"

using namespace nlp::train;
using nlp::tokenizer::Tokenizer;

namespace {

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TokenizerReport train(TokenizerOptions options,
                      const std::filesystem::path& file = paths::data("train-tokenizer/text.txt")) {
  return train_tokenizer({file}, options);
}

std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

constexpr TokenizerKind kKinds[] = {TokenizerKind::wordpiece, TokenizerKind::bpe,
                                    TokenizerKind::unigram};

}  // namespace

TEST_CASE("a trained tokenizer is opened by the loader with the roles of its tokens", "[train]") {
  const TemporaryDirectory folder;
  for (const TokenizerKind kind : kKinds) {
    const TokenizerRow& row = row_of(kind);
    INFO(row.name);
    const auto target = folder.path() / row.name;
    const auto report = train({.kind = kind, .vocab = 300, .special = {"<ent>"}});
    write_tokenizer(report.tokenizer, target);
    CHECK(files_in(target) == 2);
    const auto tokenizer = Tokenizer::open(target);
    CHECK(tokenizer.vocab_size() == static_cast<std::int32_t>(report.tokenizer.tokens.size()));
    for (std::size_t id = 0; id < report.tokenizer.tokens.size(); ++id)
      CHECK(tokenizer.token_of(static_cast<std::int32_t>(id)) == report.tokenizer.tokens[id]);
    CHECK(tokenizer.mask_id() == 4);
    CHECK(tokenizer.pad_id() == (kind == TokenizerKind::wordpiece ? 0 : 1));
    CHECK(tokenizer.unknown_id() == (kind == TokenizerKind::wordpiece ? 1 : 3));
    CHECK(tokenizer.id_of("<ent>") == 5);
    CHECK(tokenizer.is_special(5));
    CHECK(tokenizer.continuing_prefix() == row.continuing_prefix);
    CHECK(tokenizer.template_size(false) == 2);
    CHECK(tokenizer.template_size(true) == (kind == TokenizerKind::wordpiece ? 3 : 4));

    const std::string text = "the anti <ent> ster " + tokenizer.mask_token();
    const auto encoding = tokenizer.encode(text);
    CHECK(encoding.ids.front() == (kind == TokenizerKind::wordpiece ? 2 : 0));
    CHECK(std::ranges::count(encoding.ids, 4) == 1);
    CHECK(std::ranges::count(encoding.ids, 5) == 1);
    CHECK(std::ranges::count(encoding.ids, *tokenizer.unknown_id()) == 0);
    CHECK(tokenizer.decode(tokenizer.encode("the antister").ids) == "the antister");
  }
}

TEST_CASE("the bytes of a tokenizer do not depend on threads", "[train]") {
  for (const TokenizerKind kind : kKinds) {
    const auto one = tokenizer_json(train({.kind = kind, .vocab = 320, .threads = 1}).tokenizer);
    CHECK(one == tokenizer_json(train({.kind = kind, .vocab = 320, .threads = 4}).tokenizer));
    const nlp::Json json = nlp::Json::parse(one);
    CHECK(json["model"]["vocab"].size() > 100);
    CHECK(json["added_tokens"].size() == 5);
  }
}

TEST_CASE("a name that ends in .json is the one file that is written", "[train]") {
  const TemporaryDirectory folder;
  const auto trained = train({.kind = TokenizerKind::wordpiece, .vocab = 150}).tokenizer;
  write_tokenizer(trained, folder.path() / "some.json");
  CHECK(files_in(folder.path()) == 1);
  CHECK(read(folder.path() / "some.json") == tokenizer_json(trained));
  write_tokenizer(trained, folder.path());
  CHECK(files_in(folder.path()) == 3);
  CHECK_THROWS_AS(write_tokenizer(trained, folder.path() / "some.json" / "below"), nlp::Error);
  CHECK_THROWS_AS(write_tokenizer(trained, folder.path() / "no" / "some.json"), nlp::Error);
  CHECK(files_in(folder.path()) == 3);
}

TEST_CASE("case and accents stay where they are asked to", "[train]") {
  const TemporaryDirectory folder;
  const auto file = folder.write("text", "Été Été été Ulm Ulm\n");
  for (const bool cased : {false, true}) {
    write_tokenizer(train({.cased = cased, .vocab = 40, .min_frequency = 1}, file).tokenizer,
                    folder.path() / "made");
    const auto tokenizer = Tokenizer::open(folder.path() / "made");
    CHECK(tokenizer.id_of(cased ? "Été" : "ete").has_value());
    CHECK(tokenizer.id_of("Ulm").has_value() == cased);
    CHECK(tokenizer.encode("Ulm").ids.size() == 3);
  }
}

TEST_CASE("texts without words and options that make no sense are refused", "[train]") {
  const TemporaryDirectory folder;
  for (const TokenizerKind kind : {TokenizerKind::wordpiece, TokenizerKind::unigram})
    for (const char* text : {"", "\n \t\n\r\n", " "})
      CHECK_THROWS_WITH(train({.kind = kind}, folder.write("text", text)),
                        ContainsSubstring("no words in the text"));
  CHECK_THROWS_WITH(train({.kind = TokenizerKind::bpe}, folder.write("text", "")),
                    ContainsSubstring("no words in the text"));
  CHECK_THROWS_WITH(train({}, folder.write("text", std::string(9000, 'x'))),
                    ContainsSubstring("no words in the text but 1 of more than 4096 bytes"));
  for (const TokenizerKind kind : kKinds)
    CHECK_THROWS_WITH(train({.kind = kind, .vocab = 20}), ContainsSubstring("expected at least"));
  CHECK_THROWS_WITH(train({.kind = TokenizerKind::bpe, .cased = true}),
                    ContainsSubstring("bpe keeps case anyway"));
  CHECK_THROWS_WITH(train({.special = {"[MASK]"}}), ContainsSubstring("is there already"));
  CHECK_THROWS_WITH(train({.special = {""}}), ContainsSubstring("is empty"));
  CHECK_THROWS_WITH(train({.special = {"\xFF"}}), ContainsSubstring("is not UTF-8"));
}

TEST_CASE("any bytes make a tokenizer that opens", "[train]") {
  const TemporaryDirectory folder;
  std::string bytes;
  for (int k = 0; k < 3000; ++k)
    bytes.push_back(static_cast<char>((k * 7919 + k / 256 * 31) % 256));
  bytes += "\n" + std::string(30000, 'x') + "\n\"\\ \x01\x7F\u2028 <mask> [MASK] ▁ ▁▁ ##\n";
  const auto file = folder.write("text", bytes);
  for (const TokenizerKind kind : kKinds) {
    const auto report = train({.kind = kind, .vocab = 900, .min_frequency = 1}, file);
    CHECK(report.repaired > 100);
    CHECK(report.too_long == (kind == TokenizerKind::unigram ? 0 : 1));
    write_tokenizer(report.tokenizer, folder.path() / "made");
    const auto tokenizer = Tokenizer::open(folder.path() / "made");
    CHECK(tokenizer.encode("\"\\ x ##").ids.size() > 3);
  }
}
