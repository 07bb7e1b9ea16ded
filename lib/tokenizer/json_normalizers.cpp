// The "normalizer" of tokenizer.json.
#include <algorithm>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "tokenizer/json_stages.hpp"
#include "tokenizer/normalizers.hpp"
#include "tokenizer/precompiled.hpp"

namespace nlp::tokenizer {
namespace {

using NormalizerPtr = std::unique_ptr<Normalizer>;

NormalizerPtr make_bert_normalizer(const JsonPart& part, const Parts&) {
  BertNormalizerOptions options;
  options.clean_text = part.boolean("clean_text", true);
  options.handle_chinese_chars = part.boolean("handle_chinese_chars", true);
  if (const auto strip = part.find("strip_accents")) options.strip_accents = strip->boolean();
  options.lowercase = part.boolean("lowercase", true);
  return std::make_unique<BertNormalizer>(options);
}

NormalizerPtr overruled_bert_normalizer(const JsonPart& part, const TokenizerConfig& config) {
  BertNormalizerOptions options;
  options.clean_text = part.boolean("clean_text", true);
  options.lowercase = config.do_lower_case.value_or(true);
  options.strip_accents = config.strip_accents;
  options.handle_chinese_chars = config.tokenize_chinese_chars.value_or(true);
  return std::make_unique<BertNormalizer>(options);
}

template <text::NormalForm form>
NormalizerPtr make_form(const JsonPart&, const Parts&) {
  return std::make_unique<UnicodeForm>(form);
}

template <class Type>
NormalizerPtr make_plain(const JsonPart&, const Parts&) {
  return std::make_unique<Type>();
}

NormalizerPtr make_strip(const JsonPart& part, const Parts&) {
  return std::make_unique<Strip>(part.member("strip_left").boolean(),
                                 part.member("strip_right").boolean());
}

NormalizerPtr make_prepend(const JsonPart& part, const Parts&) {
  return std::make_unique<Prepend>(std::string(part.member("prepend").string()));
}

NormalizerPtr make_replace(const JsonPart& part, const Parts&) {
  return std::make_unique<Replace>(read_pattern(part.member("pattern")),
                                   std::string(part.member("content").string()));
}

NormalizerPtr make_precompiled(const JsonPart& part, const Parts&) {
  const JsonPart charsmap = part.member("precompiled_charsmap");
  std::vector<std::byte> bytes;
  try {
    bytes = decode_base64(charsmap.string());
  } catch (const Error& error) {
    charsmap.fail(error.what());
  }
  return std::make_unique<Precompiled>(
      Charsmap({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, charsmap.where()));
}

NormalizerPtr make_sequence_normalizer(const JsonPart& part, const Parts& parts);

constexpr std::array kNormalizers = {
    Factory<NormalizerPtr>{"BertNormalizer", make_bert_normalizer},
    Factory<NormalizerPtr>{"Strip", make_strip},
    Factory<NormalizerPtr>{"StripAccents", make_plain<StripAccents>},
    Factory<NormalizerPtr>{"NFC", make_form<text::NormalForm::nfc>},
    Factory<NormalizerPtr>{"NFD", make_form<text::NormalForm::nfd>},
    Factory<NormalizerPtr>{"NFKC", make_form<text::NormalForm::nfkc>},
    Factory<NormalizerPtr>{"NFKD", make_form<text::NormalForm::nfkd>},
    Factory<NormalizerPtr>{"Lowercase", make_plain<Lowercase>},
    Factory<NormalizerPtr>{"Nmt", make_plain<Nmt>},
    Factory<NormalizerPtr>{"Replace", make_replace},
    Factory<NormalizerPtr>{"Prepend", make_prepend},
    Factory<NormalizerPtr>{"Precompiled", make_precompiled},
    Factory<NormalizerPtr>{"ByteLevel", make_plain<ByteLevelNormalizer>},
    Factory<NormalizerPtr>{"Sequence", make_sequence_normalizer},
};

std::string normalizer_type(const JsonPart& part) {
  return type_of(part, {{"lowercase", "BertNormalizer"},
                        {"strip_left", "Strip"},
                        {"prepend", "Prepend"},
                        {"pattern", "Replace"},
                        {"normalizers", "Sequence"}});
}

NormalizerPtr make_sequence_normalizer(const JsonPart& part, const Parts& parts) {
  std::vector<NormalizerPtr> sequence;
  part.member("normalizers").elements([&](const JsonPart& element) {
    sequence.push_back(make(kNormalizers, element, parts, normalizer_type(element)));
  });
  return std::make_unique<NormalizerSequence>(std::move(sequence));
}

}  // namespace

// Only a BertNormalizer that stands alone is overruled.
std::unique_ptr<Normalizer> read_normalizer(const JsonPart& part, Parts& parts) {
  const std::string type = normalizer_type(part);
  if (type != "BertNormalizer" || !is_bert_class(parts.config.tokenizer_class))
    return make(kNormalizers, part, parts, type);
  parts.provenance.push_back(
      fmt::format("tokenizer_config.json ({}) overrules lowercase, strip_accents and "
                  "handle_chinese_chars of the file's normalizer",
                  parts.config.tokenizer_class));
  return overruled_bert_normalizer(part, parts.config);
}

}  // namespace nlp::tokenizer
