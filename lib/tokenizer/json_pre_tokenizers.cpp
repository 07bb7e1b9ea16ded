// The "pre_tokenizer" of tokenizer.json.
#include "text/unicode.hpp"
#include "text/utf8.hpp"
#include "tokenizer/byte_level.hpp"
#include "tokenizer/json_stages.hpp"

namespace nlp::tokenizer {
namespace {

using PreTokenizerPtr = std::unique_ptr<PreTokenizer>;

template <class Type>
PreTokenizerPtr make_plain(const JsonPart&, const Parts&) {
  return std::make_unique<Type>();
}

PreTokenizerPtr make_byte_level(const JsonPart& part, const Parts&) {
  return std::make_unique<ByteLevel>(part.member("add_prefix_space").boolean(),
                                     part.boolean("use_regex", true));
}

Behavior read_behavior(const JsonPart& part) {
  constexpr std::pair<std::string_view, Behavior> kBehaviors[] = {
      {"Removed", Behavior::removed},
      {"Isolated", Behavior::isolated},
      {"MergedWithPrevious", Behavior::merged_with_previous},
      {"MergedWithNext", Behavior::merged_with_next},
      {"Contiguous", Behavior::contiguous},
  };
  for (const auto& [name, behavior] : kBehaviors)
    if (part.string() == name) return behavior;
  part.fail(
      fmt::format("\"{}\" is not supported (known: Removed, Isolated, MergedWithPrevious, "
                  "MergedWithNext, Contiguous)",
                  part.string()));
}

PreTokenizerPtr make_split(const JsonPart& part, const Parts&) {
  return std::make_unique<PatternSplit>(read_pattern(part.member("pattern")),
                                        read_behavior(part.member("behavior")),
                                        part.boolean("invert", false));
}

PreTokenizerPtr make_delimiter_split(const JsonPart& part, const Parts&) {
  std::size_t at = 0;
  const std::string delimiter = read_character(part.member("delimiter"));
  return std::make_unique<PatternSplit>(point_pattern(text::decode(delimiter, at)),
                                        Behavior::removed, false);
}

PreTokenizerPtr make_whitespace(const JsonPart&, const Parts&) {
  return std::make_unique<PatternSplit>(word_pattern(), Behavior::removed, true);
}

PreTokenizerPtr make_whitespace_split(const JsonPart&, const Parts&) {
  return std::make_unique<PatternSplit>(point_pattern(text::is_whitespace), Behavior::removed,
                                        false);
}

PreTokenizerPtr make_punctuation(const JsonPart& part, const Parts&) {
  const auto behavior = part.find("behavior");
  return std::make_unique<PatternSplit>(point_pattern(text::is_punctuation),
                                        behavior ? read_behavior(*behavior) : Behavior::isolated,
                                        false);
}

PreTokenizerPtr make_digits(const JsonPart& part, const Parts&) {
  const bool individual = part.member("individual_digits").boolean();
  return std::make_unique<PatternSplit>(point_pattern(text::is_numeric),
                                        individual ? Behavior::isolated : Behavior::contiguous,
                                        false);
}

PreTokenizerPtr make_metaspace(const JsonPart& part, const Parts&) {
  return std::make_unique<Metaspace>(read_metaspace(part));
}

PreTokenizerPtr make_fixed_length(const JsonPart& part, const Parts&) {
  constexpr std::int64_t kUsual = 5, kMost = 1 << 30;
  const auto length = part.find("length");
  return std::make_unique<FixedLength>(
      static_cast<std::size_t>(length ? length->integer(1, kMost) : kUsual));
}

PreTokenizerPtr make_sequence_pre_tokenizer(const JsonPart& part, const Parts& parts);

constexpr std::array kPreTokenizers = {
    Factory<PreTokenizerPtr>{"BertPreTokenizer", make_plain<BertPreTokenizer>},
    Factory<PreTokenizerPtr>{"ByteLevel", make_byte_level},
    Factory<PreTokenizerPtr>{"CharDelimiterSplit", make_delimiter_split},
    Factory<PreTokenizerPtr>{"Metaspace", make_metaspace},
    Factory<PreTokenizerPtr>{"Whitespace", make_whitespace},
    Factory<PreTokenizerPtr>{"WhitespaceSplit", make_whitespace_split},
    Factory<PreTokenizerPtr>{"Sequence", make_sequence_pre_tokenizer},
    Factory<PreTokenizerPtr>{"Split", make_split},
    Factory<PreTokenizerPtr>{"Punctuation", make_punctuation},
    Factory<PreTokenizerPtr>{"Digits", make_digits},
    Factory<PreTokenizerPtr>{"UnicodeScripts", make_plain<UnicodeScripts>},
    Factory<PreTokenizerPtr>{"FixedLength", make_fixed_length},
};

PreTokenizerPtr make_sequence_pre_tokenizer(const JsonPart& part, const Parts& parts) {
  std::vector<PreTokenizerPtr> sequence;
  part.member("pretokenizers").elements([&](const JsonPart& element) {
    sequence.push_back(make(kPreTokenizers, element, parts));
  });
  return std::make_unique<PreTokenizerSequence>(std::move(sequence));
}

}  // namespace

MetaspaceOptions read_metaspace(const JsonPart& part) {
  using Prepend = MetaspaceOptions::Prepend;
  MetaspaceOptions options;
  options.replacement = read_character(part.member("replacement"));
  const std::string scheme = part.string("prepend_scheme", "always");
  if (scheme == "first")
    options.prepend = Prepend::first;
  else if (scheme == "never")
    options.prepend = Prepend::never;
  else if (scheme != "always")
    part.fail(fmt::format("prepend_scheme \"{}\" is not supported (known: always, first, never)",
                          scheme));
  // Old files have add_prefix_space alone.
  if (!part.boolean("add_prefix_space", true)) {
    if (part.find("prepend_scheme") && options.prepend != Prepend::never)
      part.fail(fmt::format("add_prefix_space is false, but prepend_scheme is {}", scheme));
    options.prepend = Prepend::never;
  }
  options.splits = part.boolean("split", true);
  return options;
}

// Only a ByteLevel that stands alone is overruled.
std::unique_ptr<PreTokenizer> read_pre_tokenizer(const JsonPart& part, Parts& parts) {
  if (part.member("type").string() != "ByteLevel" || !overrules_prefix_space(parts.config))
    return make(kPreTokenizers, part, parts);
  const bool add = parts.config.add_prefix_space.value_or(false);
  parts.provenance.push_back(
      fmt::format("tokenizer_config.json ({}) overrules add_prefix_space of the file's "
                  "pre-tokenizer: {}",
                  parts.config.tokenizer_class, add));
  return std::make_unique<ByteLevel>(add, part.boolean("use_regex", true));
}

}  // namespace nlp::tokenizer
