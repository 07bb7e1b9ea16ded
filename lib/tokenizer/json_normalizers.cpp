// The "normalizer" of tokenizer.json.
#include <algorithm>

#include "tokenizer/json_stages.hpp"

namespace nlp::tokenizer {
namespace {

using NormalizerPtr = std::unique_ptr<Normalizer>;

// Classes whose tokenizer_config.json overrules the file's BertNormalizer, with its defaults where
// it says nothing: what the reference's fast BERT tokenizers do when they open a directory.
constexpr std::string_view kOverruling[] = {
    "BertTokenizer",           "BertTokenizerFast",   "DistilBertTokenizer",
    "DistilBertTokenizerFast", "ElectraTokenizer",    "ElectraTokenizerFast",
    "MPNetTokenizer",          "MPNetTokenizerFast",  "MobileBertTokenizer",
    "MobileBertTokenizerFast", "ConvBertTokenizer",   "ConvBertTokenizerFast",
    "FunnelTokenizer",         "FunnelTokenizerFast", "SqueezeBertTokenizer",
    "SqueezeBertTokenizerFast"};

bool overrules(const TokenizerConfig& config) {
  return std::ranges::find(kOverruling, config.tokenizer_class) != std::end(kOverruling);
}

BertNormalizerOptions read_bert_normalizer(const JsonPart& part) {
  BertNormalizerOptions options;
  options.clean_text = part.boolean("clean_text", true);
  options.handle_chinese_chars = part.boolean("handle_chinese_chars", true);
  if (const auto strip = part.find("strip_accents")) options.strip_accents = strip->boolean();
  options.lowercase = part.boolean("lowercase", true);
  return options;
}

NormalizerPtr make_bert_normalizer(const JsonPart& part, const Parts& parts) {
  BertNormalizerOptions options = read_bert_normalizer(part);
  if (overrules(parts.config)) {
    options.lowercase = parts.config.do_lower_case.value_or(true);
    options.strip_accents = parts.config.strip_accents;
    options.handle_chinese_chars = parts.config.tokenize_chinese_chars.value_or(true);
  }
  return std::make_unique<BertNormalizer>(options);
}

constexpr std::array kNormalizers = {
    Factory<NormalizerPtr>{"BertNormalizer", make_bert_normalizer},
};

}  // namespace

std::unique_ptr<Normalizer> read_normalizer(const JsonPart& part, Parts& parts) {
  auto normalizer = make(kNormalizers, part, parts);
  if (overrules(parts.config))
    parts.provenance.push_back(
        fmt::format("tokenizer_config.json ({}) overrules lowercase, strip_accents and "
                    "handle_chinese_chars of the file's normalizer",
                    parts.config.tokenizer_class));
  return normalizer;
}

}  // namespace nlp::tokenizer
