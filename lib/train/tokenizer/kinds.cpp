#include "train/tokenizer/kinds.hpp"

#include "train/tokenizer/script_runs.hpp"

namespace nlp::train {
namespace {

// As bert-base-uncased and bert-base-cased.
const TokenizerRow kWordPiece = {
    .kind = TokenizerKind::wordpiece,
    .name = "wordpiece",
    .tokenizer_class = "BertTokenizer",
    .normalizer = R"({"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,
                      "strip_accents":null,"lowercase":true})",
    .cased_normalizer = R"({"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,
                            "strip_accents":null,"lowercase":false})",
    .pre_tokenizer = R"({"type":"BertPreTokenizer"})",
    .post_processor = R"({"type":"TemplateProcessing",
        "single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},
                  {"SpecialToken":{"id":"[SEP]","type_id":0}}],
        "pair":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},
                {"SpecialToken":{"id":"[SEP]","type_id":0}},{"Sequence":{"id":"B","type_id":1}},
                {"SpecialToken":{"id":"[SEP]","type_id":1}}],
        "special_tokens":{"[CLS]":{"id":"[CLS]","ids":[2],"tokens":["[CLS]"]},
                          "[SEP]":{"id":"[SEP]","ids":[3],"tokens":["[SEP]"]}}})",
    .decoder = R"({"type":"WordPiece","prefix":"##","cleanup":true})",
    .model = R"({"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",
                 "max_input_chars_per_word":100})",
    .config = R"({"do_lower_case":true,"strip_accents":null,"tokenize_chinese_chars":true})",
    .cased_config = R"({"do_lower_case":false,"strip_accents":null,"tokenize_chinese_chars":true})",
    .special = {{"[PAD]", "pad_token"},
                {"[UNK]", "unk_token"},
                {"[CLS]", "cls_token"},
                {"[SEP]", "sep_token"},
                {"[MASK]", "mask_token"}},
    .continuing_prefix = "##",
    .divide = nullptr,
    .byte_alphabet = false,
};

// As roberta-base.
const TokenizerRow kBpe = {
    .kind = TokenizerKind::bpe,
    .name = "bpe",
    .tokenizer_class = "RobertaTokenizer",
    .normalizer = "",
    .cased_normalizer = "",
    .pre_tokenizer =
        R"({"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true})",
    .post_processor = R"({"type":"RobertaProcessing","sep":["</s>",2],"cls":["<s>",0],
                          "trim_offsets":true,"add_prefix_space":false})",
    .decoder =
        R"({"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true})",
    .model = R"({"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,
                 "end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,
                 "ignore_merges":false})",
    .config = R"({"add_prefix_space":false,"trim_offsets":true})",
    .cased_config = "",
    .special = {{"<s>", "bos_token cls_token"},
                {"<pad>", "pad_token"},
                {"</s>", "eos_token sep_token"},
                {"<unk>", "unk_token"},
                {"<mask>", "mask_token", true}},
    .continuing_prefix = "",
    .divide = nullptr,
    .byte_alphabet = true,
};

// As xlm-roberta-base, but for the normal form, which there is a table of SentencePiece's.
const TokenizerRow kUnigram = {
    .kind = TokenizerKind::unigram,
    .name = "unigram",
    .tokenizer_class = "PreTrainedTokenizerFast",
    .normalizer = R"({"type":"NFKC"})",
    .cased_normalizer = "",
    .pre_tokenizer = R"({"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},
        {"type":"Metaspace","replacement":"\u2581","prepend_scheme":"always","split":true}]})",
    .post_processor = R"({"type":"TemplateProcessing",
        "single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}},
                  {"SpecialToken":{"id":"</s>","type_id":0}}],
        "pair":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}},
                {"SpecialToken":{"id":"</s>","type_id":0}},
                {"SpecialToken":{"id":"</s>","type_id":0}},{"Sequence":{"id":"B","type_id":0}},
                {"SpecialToken":{"id":"</s>","type_id":0}}],
        "special_tokens":{"<s>":{"id":"<s>","ids":[0],"tokens":["<s>"]},
                          "</s>":{"id":"</s>","ids":[2],"tokens":["</s>"]}}})",
    .decoder =
        R"({"type":"Metaspace","replacement":"\u2581","prepend_scheme":"always","split":true})",
    .model = R"({"type":"Unigram","unk_id":3,"byte_fallback":false})",
    .config = R"({"model_input_names":["input_ids","attention_mask"]})",
    .cased_config = "",
    .special = {{"<s>", "bos_token cls_token"},
                {"<pad>", "pad_token"},
                {"</s>", "eos_token sep_token"},
                {"<unk>", "unk_token"},
                {"<mask>", "mask_token", true}},
    .continuing_prefix = "",
    .divide = add_runs,
    .byte_alphabet = false,
};

}  // namespace

const TokenizerRow& row_of(TokenizerKind kind) {
  for (const TokenizerRow* row : {&kWordPiece, &kBpe})
    if (row->kind == kind) return *row;
  return kUnigram;
}

}  // namespace nlp::train
