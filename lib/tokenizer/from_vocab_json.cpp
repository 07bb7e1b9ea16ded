// Reads vocab.json and merges.txt: BPE, mostly byte-level, and what the tokenizer's class adds.
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <filesystem>

#include "base/error.hpp"
#include "base/mapped_file.hpp"
#include "text/utf8.hpp"
#include "tokenizer/bpe.hpp"
#include "tokenizer/json_stages.hpp"
#include "tokenizer/recipe.hpp"

namespace nlp::tokenizer {
namespace {

struct Family {
  Recipe recipe;
  BpeOptions bpe = {};
};

constexpr std::string_view kByteLevel =
    R"({"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true})";

// Source: the Roberta, Deberta and Herbert converters of Hugging Face transformers 4.57.
std::vector<Family> families() {
  return {
      {{.classes = {"RobertaTokenizer", "LongformerTokenizer", "BartTokenizer"},
        .model_types = {"roberta", "longformer", "bart"},
        .pre_tokenizer = kByteLevel,
        .decoder = kByteLevel,
        .trimmer = kByteLevel,
        .single = "<s>:0 $A:0 </s>:0",
        .pair = "<s>:0 $A:0 </s>:0 </s>:0 $B:0 </s>:0",
        .special = {{"<s>"},
                    {"</s>"},
                    {"<unk>", &Roles::unknown},
                    {"</s>", &Roles::separate},
                    {"<pad>", &Roles::pad},
                    {"<s>", &Roles::classify},
                    {"<mask>", &Roles::mask, true}}}},
      {{.classes = {"DebertaTokenizer"},
        .model_types = {"deberta"},
        .pre_tokenizer = kByteLevel,
        .decoder = kByteLevel,
        .single = "[CLS]:0 $A:0 [SEP]:0",
        .pair = "[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        .special = {{"[CLS]"},
                    {"[SEP]"},
                    {"[UNK]", &Roles::unknown},
                    {"[SEP]", &Roles::separate},
                    {"[PAD]", &Roles::pad},
                    {"[CLS]", &Roles::classify},
                    {"[MASK]", &Roles::mask, true}}}},
      {{.classes = {"HerbertTokenizer"},
        .normalizers =
            {{R"({"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,)"
              R"("strip_accents":false,"lowercase":false})"}},
        .pre_tokenizer = R"({"type":"BertPreTokenizer"})",
        .decoder = R"({"type":"BPEDecoder","suffix":"</w>"})",
        .single = "<s>:0 $A:0 </s>:0",
        .pair = "<s>:0 $A:0 </s>:0 $B:1 </s>:1",
        .special = {{"<s>", &Roles::classify},
                    {"<unk>", &Roles::unknown},
                    {"</s>", &Roles::separate},
                    {"<pad>", &Roles::pad},
                    {"<mask>", &Roles::mask}}},
       {.unknown_token = "<unk>", .continuing_prefix = {}, .end_of_word_suffix = "</w>"}},
  };
}

// A merge a line, `a b`; a line that starts with #version is none.
std::vector<Merges::Rule> read_merges(std::string_view bytes, const std::string& file) {
  if (text::valid_prefix(bytes) != bytes.size())
    throw Error(Kind::model,
                fmt::format("{}: not UTF-8 at byte {}", file, text::valid_prefix(bytes)));
  std::vector<Merges::Rule> rules;
  std::size_t number = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    std::string_view line = bytes.substr(at, end - at);
    at = end + 1;
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("#version") || line.empty()) continue;
    const std::size_t space = line.find(' ');
    if (space == line.npos || line.find(' ', space + 1) != line.npos)
      throw Error(Kind::model,
                  fmt::format("{}: line {} is not a merge (expected two tokens)", file, number));
    rules.push_back({line.substr(0, space), line.substr(space + 1)});
  }
  return rules;
}

}  // namespace

std::unique_ptr<Parts> read_vocab_json(const std::string& file, const std::string& merges,
                                       const TokenizerConfig& config) {
  const std::vector<Family> rows = families();
  const Family* family = find_row(rows, config);
  if (family == nullptr) refuse_class(rows, config, file);

  auto parts = std::make_unique<Parts>();
  parts->config = config;
  read_json_file(file, [&](const JsonPart& root) { parts->vocabulary = read_tokens(root); });
  const MappedFile mapped(merges);
  const std::string_view bytes(reinterpret_cast<const char*>(mapped.bytes().data()),
                               mapped.bytes().size());
  parts->model = std::make_unique<Bpe>(
      parts->vocabulary, Merges(read_merges(bytes, merges), parts->vocabulary, 0, merges),
      family->bpe);
  TokenAdder(*parts).add(family->recipe);
  make_stages(family->recipe, {}, file, *parts);
  parts->provenance.push_back(
      fmt::format("read from {} and merges.txt, as {} does", file, family->recipe.classes.front()));
  return parts;
}

}  // namespace nlp::tokenizer
