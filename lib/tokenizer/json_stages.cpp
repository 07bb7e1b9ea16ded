#include "tokenizer/json_stages.hpp"

#include "base/error.hpp"
#include "text/utf8.hpp"

namespace nlp::tokenizer {

std::string type_of(const JsonPart& part, std::initializer_list<Sign> signs) {
  if (!part.find("type"))
    for (const Sign& sign : signs)
      if (part.find(sign.key)) return std::string(sign.type);
  return std::string(part.member("type").string());
}

std::string read_character(const JsonPart& part) {
  const std::string_view text = part.string();
  std::size_t at = 0;
  if (!text.empty()) text::decode(text, at);
  if (text.empty() || at != text.size()) part.fail("is not one character");
  return std::string(text);
}

PatternPtr read_pattern(const JsonPart& part) {
  if (const auto text = part.find("String")) return string_pattern(text->string());
  const JsonPart regex = part.member("Regex");
  try {
    return regex_pattern(regex.string());
  } catch (const Error& error) {
    regex.fail(error.what());
  }
}

bool is_bert_class(std::string_view name) {
  constexpr std::string_view kNames[] = {
      "BertTokenizer",       "DistilBertTokenizer", "ElectraTokenizer", "MPNetTokenizer",
      "MobileBertTokenizer", "ConvBertTokenizer",   "FunnelTokenizer",  "SqueezeBertTokenizer"};
  if (name.ends_with("Fast")) name.remove_suffix(4);
  return std::ranges::find(kNames, name) != std::end(kNames);
}

bool overrules_prefix_space(const TokenizerConfig& config) {
  std::string_view name = config.tokenizer_class;
  if (name.ends_with("Fast")) name.remove_suffix(4);
  for (const std::string_view known : {"RobertaTokenizer", "LongformerTokenizer", "BartTokenizer",
                                       "LEDTokenizer", "MvpTokenizer", "BlenderbotTokenizer"})
    if (name == known) return true;
  return false;
}

}  // namespace nlp::tokenizer
