#include "tokenizer/sentencepiece_families.hpp"

#include <fmt/format.h>

#include <string>

namespace nlp::tokenizer {
namespace {

using When = NormalizerStep::When;

constexpr std::string_view kMetaspace =
    R"({"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true})";
constexpr std::string_view kOneSpace =
    R"({"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "})";
constexpr std::string_view kLowercase = R"({"type":"Lowercase"})";

// Of most classes.
std::vector<NormalizerStep> usual_steps() {
  return {
      {"", When::mapping},
      {R"({"type":"Strip","strip_left":false,"strip_right":true})"},
      {R"({"type":"Replace","pattern":{"Regex":" {2,}"},"content":"▁"})"},
  };
}

SentencePieceFamily xlm_roberta() {
  return {
      .recipe = {.classes = {"XLMRobertaTokenizer"},
                 .model_types = {"xlm-roberta", "xlm-roberta-xl"},
                 .normalizers = usual_steps(),
                 .pre_tokenizer = kMetaspace,
                 .decoder = kMetaspace,
                 .single = "<s>:0 $A:0 </s>:0",
                 .pair = "<s>:0 $A:0 </s>:0 </s>:0 $B:0 </s>:0",
                 .special = {{"<s>"},
                             {"</s>"},
                             {"<unk>", &Roles::unknown},
                             {"</s>", &Roles::separate},
                             {"<pad>", &Roles::pad},
                             {"<s>", &Roles::classify},
                             {"<mask>", &Roles::mask, true}}},
      .skipped = 3,
      .leading = {"<s>", "<pad>", "</s>", "<unk>"},
      .trailing = {"<mask>"},
      .unknown_id = 3,
  };
}

SentencePieceFamily camembert() {
  SentencePieceFamily family = xlm_roberta();
  family.recipe.classes = {"CamembertTokenizer"};
  family.recipe.model_types = {"camembert"};
  auto& special = family.recipe.special;
  special.insert(special.begin(), {{"<s>NOTUSED"}, {"</s>NOTUSED"}, {"<unk>NOTUSED"}});
  family.skipped = 1;
  family.leading = {"<s>NOTUSED", "<pad>", "</s>NOTUSED", "<unk>", "<unk>NOTUSED"};
  family.last_leading_score = -100;  // <unk>NOTUSED is not to be taken
  return family;
}

SentencePieceFamily albert() {
  return {
      .recipe = {.classes = {"AlbertTokenizer"},
                 .model_types = {"albert"},
                 .lowercases = true,
                 .normalizers = {{R"({"type":"Replace","pattern":{"String":"``"},"content":"\""})"},
                                 {R"({"type":"Replace","pattern":{"String":"''"},"content":"\""})"},
                                 {R"({"type":"NFKD"})", When::dropping_accents},
                                 {R"({"type":"StripAccents"})", When::dropping_accents},
                                 {kLowercase, When::lowercasing},
                                 {"", When::mapping},
                                 {kOneSpace}},
                 .pre_tokenizer = kMetaspace,
                 .decoder = kMetaspace,
                 .single = "[CLS]:0 $A:0 [SEP]:0",
                 .pair = "[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
                 .special = {{"[CLS]"},
                             {"[SEP]"},
                             {"<unk>", &Roles::unknown},
                             {"[SEP]", &Roles::separate},
                             {"<pad>", &Roles::pad},
                             {"[CLS]", &Roles::classify},
                             {"[MASK]", &Roles::mask, true}}},
      .avoids_number_commas = true,
  };
}

SentencePieceFamily t5() {
  return {
      .recipe = {.classes = {"T5Tokenizer", "MT5Tokenizer"},
                 .model_types = {"t5", "mt5"},
                 .normalizers = usual_steps(),
                 .pre_tokenizer = kMetaspace,
                 .decoder = kMetaspace,
                 .single = "$A:0 </s>:0",
                 .pair = "$A:0 </s>:0 $B:0 </s>:0",
                 .special = {{"</s>"}, {"<unk>", &Roles::unknown}, {"<pad>", &Roles::pad}}},
      .has_sentinels = true,
  };
}

SentencePieceFamily deberta_v2() {
  return {
      .recipe = {.classes = {"DebertaV2Tokenizer"},
                 .model_types = {"deberta-v2"},
                 .normalizers = {{kLowercase, When::lowercasing},
                                 {R"({"type":"Strip","strip_left":true,"strip_right":true})"},
                                 {"", When::mapping},
                                 {kOneSpace}},
                 .pre_tokenizer = kMetaspace,
                 .decoder = kMetaspace,
                 .punctuation = R"({"type":"Punctuation","behavior":"Isolated"})",
                 .single = "[CLS]:0 $A:0 [SEP]:0",
                 .pair = "[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
                 .special = {{"[CLS]"},
                             {"[SEP]"},
                             {"[UNK]", &Roles::unknown, false, true},
                             {"[SEP]", &Roles::separate},
                             {"[PAD]", &Roles::pad},
                             {"[CLS]", &Roles::classify},
                             {"[MASK]", &Roles::mask}}},
  };
}

SentencePieceFamily reformer() {
  return {
      .recipe = {.classes = {"ReformerTokenizer"},
                 .model_types = {"reformer"},
                 .normalizers = usual_steps(),
                 .pre_tokenizer = kMetaspace,
                 .decoder = kMetaspace,
                 .special = {{"</s>"}, {"<unk>", &Roles::unknown}}},
  };
}

SentencePieceFamily marian() {
  // Text has no space around it.
  static const std::string kDecoder =
      fmt::format(R"({{"type":"Sequence","decoders":[{},{{"type":"Fuse"}},)"
                  R"({{"type":"Replace","pattern":{{"Regex":"\\A\\s+|\\s+\\z"}},"content":""}}]}})",
                  kMetaspace);
  return {
      .recipe = {.classes = {"MarianTokenizer"},
                 .model_types = {"marian"},
                 .maps_longest = true,
                 .normalizers =
                     {{R"({"type":"Replace","pattern":{"Regex":"\\A +|[ ▁]+\\z"},"content":""})"},
                      {kOneSpace}},
                 .pre_tokenizer = kMetaspace,
                 .decoder = kDecoder,
                 .single = "$A:0 </s>:0",
                 .pair = "$A:0 $B:0 </s>:0",
                 .special = {{"</s>"}, {"<unk>", &Roles::unknown}, {"<pad>", &Roles::pad}}},
      .has_vocab_json = true,
  };
}

}  // namespace

std::vector<SentencePieceFamily> sentencepiece_families() {
  return {xlm_roberta(), camembert(), albert(), t5(), deberta_v2(), reformer(), marian()};
}

}  // namespace nlp::tokenizer
