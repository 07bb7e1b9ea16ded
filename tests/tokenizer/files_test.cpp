// Tokenizers from SentencePiece models and from vocab.json with merges.txt.
#include <fstream>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "support/catch.hpp"
#include "support/paths.hpp"
#include "support/temporary_directory.hpp"
#include "text/offsets.hpp"
#include "tokenizer/rule.hpp"
#include "tokenizer/tokenizer.hpp"

using nlp::Json;
using nlp::tokenizer::Tokenizer;

namespace {
namespace fs = std::filesystem;
using Strings = std::vector<std::string>;

const fs::path kFiles = paths::data("tokenizer_files");

// What the reference (transformers 4.57) made of hard texts with a tokenizer of this class, which
// may have told neither offsets nor types.
void check_class(const std::string& name, const Strings& files, const std::string& model_name) {
  const TemporaryDirectory directory;
  for (const std::string& file : files)  // herbert-vocab.json is vocab.json of that class
    fs::copy_file(
        kFiles / file,
        directory.path() / (file == "spiece.model" ? model_name : file.substr(file.find('-') + 1)));
  directory.write("tokenizer_config.json", R"({"tokenizer_class": ")" + name + "\"}");
  const Tokenizer tokenizer = Tokenizer::open(directory.path());
  std::ifstream cases(kFiles / (name + ".jsonl"));
  int count = 0;
  for (std::string line; std::getline(cases, line); ++count) {
    const Json expected = Json::parse(line);
    INFO(name << " " << line);
    const auto text = expected["text"].get<std::string>();
    const bool has_pair = !expected["pair"].is_null();
    const std::string pair = has_pair ? expected["pair"].get<std::string>() : "";
    const auto encoding = has_pair ? tokenizer.encode(text, pair) : tokenizer.encode(text);
    CHECK(Json(encoding.ids) == expected["ids"]);
    CHECK(Json(tokenizer.surfaces(encoding)) == expected["tokens"]);
    CHECK(tokenizer.decode(encoding.ids) == expected["decoded"].get<std::string>());
    if (!expected.contains("offsets")) continue;
    CHECK(Json(encoding.type_ids) == expected["type_ids"]);
    const nlp::text::Offsets in_text(text, nlp::text::Unit::codepoints),
        in_pair(pair, nlp::text::Unit::codepoints);
    Json offsets = Json::array();
    for (std::size_t k = 0; k < encoding.size(); ++k) {
      const auto span =
          encoding.sequence[k] == 1 ? in_pair(encoding.offsets[k]) : in_text(encoding.offsets[k]);
      offsets.push_back({span.start, span.end});
    }
    CHECK(offsets == expected["offsets"]);
  }
  CHECK(count > 40);
}

// The wire format of protocol buffers, for small numbers.
std::string field(int number, const std::string& bytes) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(bytes.size())} + bytes;
}
std::string piece(const std::string& text, const std::string& score, char type = 1) {
  return field(1, field(1, text) + "\x15" + score + "\x18" + type);
}
const std::string kZero(4, '\0'), kMinusOne("\0\0\x80\xBF", 4), kMinusTwo("\0\0\0\xC0", 4);

std::string refusal(const std::string& model, const std::string& config) {
  const TemporaryDirectory directory;
  directory.write("spiece.model", model);
  directory.write("tokenizer_config.json", config);
  try {
    Tokenizer::open(directory.path());
  } catch (const nlp::Error& error) {
    CHECK(error.kind() == nlp::Kind::model);
    return error.what();
  }
  return "read";
}
const std::string kT5 = R"({"tokenizer_class": "T5Tokenizer", "extra_ids": 2})";
}  // namespace

TEST_CASE("a SentencePiece model is what the reference's class makes of it", "[tokenizer]") {
  check_class("XLMRobertaTokenizer", {"spiece.model"}, "sentencepiece.bpe.model");
  check_class("CamembertTokenizer", {"spiece.model"}, "sentencepiece.bpe.model");
  check_class("AlbertTokenizer", {"spiece.model"}, "spiece.model");
  check_class("T5Tokenizer", {"spiece.model"}, "spiece.model");
  check_class("DebertaV2Tokenizer", {"spiece.model"}, "spm.model");
  check_class("ReformerTokenizer", {"spiece.model"}, "spiece.model");
}

TEST_CASE("vocab.json and merges.txt are what the reference's class makes of them", "[tokenizer]") {
  check_class("RobertaTokenizer", {"vocab.json", "merges.txt"}, "");
  check_class("DebertaTokenizer", {"vocab.json", "merges.txt"}, "");
  check_class("HerbertTokenizer", {"herbert-vocab.json", "herbert-merges.txt"}, "");
}

TEST_CASE("Marian's pieces have the ids of vocab.json", "[tokenizer]") {
  check_class("MarianTokenizer", {"spiece.model", "marian-vocab.json"}, "source.spm");

  const TemporaryDirectory directory;
  fs::copy_file(kFiles / "spiece.model", directory.path() / "source.spm");
  directory.write("config.json", R"({"model_type": "marian"})");
  const auto open = [&] { return Tokenizer::open(directory.path()); };
  CHECK_THROWS_WITH(open(), ContainsSubstring("vocab.json"));
  directory.write("vocab.json", R"({"</s>": 0, "<pad>": 1, "\u2581a": 2})");
  CHECK_THROWS_WITH(open(), ContainsSubstring("no unknown token"));
  directory.write("vocab.json",
                  R"({"</s>": 0, "<unk>": 1, "\u2581a": 2, ">>fra<<": 3, "<pad>": 4})");
  // The end of a text belongs to no token; what is unknown keeps its text.
  const auto encoding = open().encode(">>fra<< \xE2\x80\x8B a  the");
  CHECK(encoding.ids == std::vector<std::int32_t>{3, 2, 1, 0});
  CHECK(open().surfaces(encoding) == Strings{">>fra<<",
                                             "\xE2\x96\x81"
                                             "a",
                                             "\xE2\x96\x81the", "</s>"});
  CHECK(encoding.offsets[1].end == 13);
  CHECK(encoding.offsets[2].end == 18);
  CHECK(nlp::tokenizer::read_rule(directory.path()) == "Unigram");
  directory.write("tokenizer_config.json", R"({"separate_vocabs": true})");
  CHECK_THROWS_WITH(open(), ContainsSubstring("separate_vocabs"));
}

TEST_CASE("a SentencePiece model of BPE merges its best pieces first", "[tokenizer]") {
  // model_type 2; `ab` and `bc` are pieces, `bc` the better one.
  const std::string model = piece("<unk>", kZero, 2) + piece("bc", kMinusOne) +
                            piece("ab", kMinusTwo) + piece("a", kMinusTwo) + piece("b", kMinusTwo) +
                            piece("c", kMinusTwo) + piece("\xE2\x96\x81", kMinusTwo) +
                            piece("</s>", kZero, 3) + field(2, "\x18\x02");
  const TemporaryDirectory directory;
  directory.write("spiece.model", model);
  directory.write("tokenizer_config.json", kT5);
  const Tokenizer tokenizer = Tokenizer::open(directory.path());
  CHECK(tokenizer.surfaces(tokenizer.encode("abc ab x")) ==
        Strings{"\xE2\x96\x81", "a", "bc", "\xE2\x96\x81", "ab", "\xE2\x96\x81", "<unk>", "</s>"});
  CHECK(tokenizer.id_of("<extra_id_1>") == 8);
  CHECK(tokenizer.id_of("<extra_id_0>") == 9);
}

TEST_CASE("the family is config.json's model_type where no class is named", "[tokenizer]") {
  const TemporaryDirectory directory;
  fs::copy_file(kFiles / "spiece.model", directory.path() / "spiece.model");
  CHECK_THROWS_WITH(Tokenizer::open(directory.path()), ContainsSubstring("none is named"));
  directory.write("config.json", R"({"model_type": "albert"})");
  directory.write("tokenizer_config.json", R"({"do_lower_case": false})");
  const Tokenizer tokenizer = Tokenizer::open(directory.path());
  CHECK(tokenizer.surfaces(tokenizer.encode("The")) ==
        Strings{"[CLS]", "\xE2\x96\x81The", "[SEP]"});
}

TEST_CASE("broken SentencePiece models are refused by name", "[tokenizer]") {
  const std::string first = piece("<unk>", kZero, 2), good = first + piece("</s>", kZero, 3);
  CHECK(refusal(good, kT5) == "read");
  CHECK_THAT(refusal(good, R"({"tokenizer_class": "OtherTokenizer"})"),
             ContainsSubstring("OtherTokenizer"));
  CHECK_THAT(refusal("", kT5), ContainsSubstring("no pieces"));
  for (std::size_t size = 1; size < good.size(); ++size)
    if (size != first.size())
      CHECK_THAT(refusal(good.substr(0, size), kT5), ContainsSubstring("spiece.model"));
  CHECK_THAT(refusal(good + "\x0A\x7F", kT5), ContainsSubstring("ends too early"));
  CHECK_THAT(refusal(good + "\x0B", kT5), ContainsSubstring("wire type 3"));
  CHECK_THAT(refusal(good + "\x0C", kT5), ContainsSubstring("wire type 4"));
  CHECK_THAT(refusal(good + "\x08\x01", kT5), ContainsSubstring("field 1 has the wire type 0"));
  CHECK_THAT(refusal(good + std::string(11, '\xFF'), kT5), ContainsSubstring("does not end"));
  CHECK_THAT(refusal(good + piece("\xFF", kZero), kT5), ContainsSubstring("not UTF-8"));
  CHECK_THAT(refusal(good + piece("a", std::string("\0\0\xC0\x7F", 4)), kT5),
             ContainsSubstring("not finite"));
  CHECK_THAT(refusal(good + field(2, "\x18\x03"), kT5), ContainsSubstring("model_type 3"));
  CHECK_THAT(refusal(good + field(2, "\xC0\x02\x7F"), kT5), ContainsSubstring("unk_id"));
  CHECK_THAT(refusal(good + field(3, field(2, "abc")), kT5), ContainsSubstring("character map"));
  CHECK_THAT(refusal(good, R"({"tokenizer_class": "T5Tokenizer", "extra_ids": -1})"),
             ContainsSubstring("extra_ids"));
}

TEST_CASE("merges.txt that is none is refused by its line", "[tokenizer]") {
  const auto told = [](const std::string& merges) -> std::string {
    const TemporaryDirectory directory;
    directory.write("vocab.json", R"({"a": 0, "b": 1, "ab": 2, "<s>": 3, "</s>": 4})");
    directory.write("merges.txt", merges);
    directory.write("tokenizer_config.json", R"({"tokenizer_class": "RobertaTokenizer"})");
    try {
      Tokenizer::open(directory.path());
    } catch (const nlp::Error& error) {
      return error.what();
    }
    return "read";
  };
  CHECK(told("#version: 0.2\na b\n") == "read");
  CHECK(told("a b\r\n\n") == "read");
  CHECK_THAT(told("#version: 0.2\nab\n"), ContainsSubstring("merges.txt: line 2 is not a merge"));
  CHECK_THAT(told("a c\n"), ContainsSubstring("\"c\""));
  CHECK_THAT(told("\xFF"), ContainsSubstring("not UTF-8"));
}

TEST_CASE("a vocab.txt of a class that splits words otherwise is refused", "[tokenizer]") {
  const TemporaryDirectory directory;
  directory.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n");
  const auto open_with = [&](const std::string& config) {
    directory.write("tokenizer_config.json", config);
    return Tokenizer::open(directory.path());
  };
  CHECK_NOTHROW(open_with("{}"));
  CHECK_NOTHROW(open_with(R"({"tokenizer_class": "ElectraTokenizerFast"})"));
  CHECK_THROWS_WITH(open_with(R"({"tokenizer_class": "BertJapaneseTokenizer"})"),
                    ContainsSubstring("BertJapaneseTokenizer"));
  CHECK_THROWS_WITH(open_with(R"({"auto_map": {"AutoTokenizer": ["own.Tokenizer", null]}})"),
                    ContainsSubstring("auto_map"));
}

TEST_CASE("MPNet's vocab.txt has two separators between texts", "[tokenizer]") {
  const TemporaryDirectory directory;
  directory.write("vocab.txt", "<s>\n<pad>\n</s>\n[UNK]\n<mask>\na\nb\n");
  directory.write("tokenizer_config.json", R"({"tokenizer_class": "MPNetTokenizer"})");
  const Tokenizer tokenizer = Tokenizer::open(directory.path());
  CHECK(tokenizer.surfaces(tokenizer.encode("a <mask>", "b")) ==
        Strings{"<s>", "a", " <mask>", "</s>", "</s>", "b", "</s>"});
  CHECK(tokenizer.encode("a", "b").type_ids == std::vector<std::int32_t>{0, 0, 0, 0, 1, 1});
}

TEST_CASE("tokens that only the configs list are found in a text", "[tokenizer]") {
  const TemporaryDirectory directory;
  directory.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n[X]\n");
  directory.write("added_tokens.json", R"({"<old>": 20})");
  directory.write("special_tokens_map.json",
                  R"({"additional_special_tokens": ["[X]", "<new>", "[MASK]"]})");
  directory.write("tokenizer_config.json", R"({"added_tokens_decoder": {"30": {"content": "<own>",
      "lstrip": true, "normalized": false, "special": true}}})");
  const Tokenizer tokenizer = Tokenizer::open(directory.path());
  CHECK(tokenizer.encode("a[X]b<new><old>  <own>[MASK]").ids ==
        std::vector<std::int32_t>{2, 5, 7, 6, 31, 20, 30, 4, 3});
  CHECK(tokenizer.is_special(7));
  CHECK_FALSE(tokenizer.is_special(20));
}
