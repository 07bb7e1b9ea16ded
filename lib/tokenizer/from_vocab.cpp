// Reads vocab.txt: a token a line, its id the line's number.
#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <string>

#include "base/error.hpp"
#include "text/unicode.hpp"
#include "text/utf8.hpp"
#include "tokenizer/json_stages.hpp"
#include "tokenizer/parts.hpp"
#include "tokenizer/recipe.hpp"
#include "tokenizer/wordpiece.hpp"

namespace nlp::tokenizer {
namespace {

// The line without white space at its end, as the reference's reader has it.
std::string_view trim_end(std::string_view line) {
  while (!line.empty()) {
    std::size_t last = line.size() - 1;
    while (last > 0 && !text::starts_code_point(line[last])) --last;
    std::size_t at = last;
    if (!text::is_whitespace(text::decode(line, at))) break;
    line = line.substr(0, last);
  }
  return line;
}

std::string otherwise(const std::string& given, const char* usual) {
  return given.empty() ? usual : given;
}

// What stands around the texts, where the configs name nothing else.
struct Frame {
  std::string_view class_start, model_type;  // of whose tokenizers; empty: all others
  const char *classify, *separate, *pad, *mask;
  bool mask_lstrip;             // the mask takes the white space before it
  std::size_t more_separators;  // between the texts of a pair, beside the one
};
// Source: the Bert and MPNet converters of Hugging Face transformers 4.57.
constexpr Frame kFrames[] = {
    {"MPNet", "mpnet", "<s>", "</s>", "<pad>", "<mask>", true, 1},
    {"", "", "[CLS]", "[SEP]", "[PAD]", "[MASK]", false, 0},
};

const Frame& frame_of(const TokenizerConfig& config) {
  for (const Frame& frame : kFrames)
    if (config.tokenizer_class.starts_with(frame.class_start) ||
        config.model_type == frame.model_type)
      return frame;
  return kFrames[std::size(kFrames) - 1];
}

}  // namespace

std::unique_ptr<Parts> read_vocab_txt(const std::string& file, const TokenizerConfig& config) {
  if (!config.tokenizer_class.empty() && !config.generic_class() &&
      !is_bert_class(config.tokenizer_class))
    refuse_class("those of BERT", config, file);
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(Kind::model, file + ": cannot be read");
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (text::valid_prefix(bytes) != bytes.size())
    throw Error(Kind::model,
                fmt::format("{}: not UTF-8 at byte {}", file, text::valid_prefix(bytes)));

  std::vector<Vocabulary::Entry> entries;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    entries.push_back({trim_end(std::string_view(bytes).substr(at, end - at)),
                       static_cast<std::int32_t>(entries.size())});
    at = end + 1;
  }

  auto parts = std::make_unique<Parts>();
  parts->config = config;
  parts->vocabulary = Vocabulary(entries);
  const Roles& roles = config.roles;
  WordPieceOptions wordpiece;
  wordpiece.unknown_token = otherwise(roles.unknown, "[UNK]");
  const auto require = [&](const std::string& token) {
    const std::int32_t id = parts->vocabulary.find(token);
    if (id < 0)
      throw Error(Kind::model,
                  fmt::format("{}: no token {}, which the tokenizer needs", file, token));
    return id;
  };
  require(wordpiece.unknown_token);
  parts->model = std::make_unique<WordPiece>(parts->vocabulary, wordpiece);

  BertNormalizerOptions normalizer;
  normalizer.lowercase = config.do_lower_case.value_or(true);
  normalizer.strip_accents = config.strip_accents;
  normalizer.handle_chinese_chars = config.tokenize_chinese_chars.value_or(true);
  parts->normalizer = std::make_unique<BertNormalizer>(normalizer);
  parts->pre_tokenizer = std::make_unique<BertPreTokenizer>();
  parts->decoder = std::make_unique<WordPieceDecoder>("##", true);

  const Frame& frame = frame_of(config);
  const std::string classify = otherwise(roles.classify, frame.classify),
                    separate = otherwise(roles.separate, frame.separate),
                    mask = otherwise(roles.mask, frame.mask);
  for (const std::string& token :
       {otherwise(roles.pad, frame.pad), wordpiece.unknown_token, classify, separate, mask})
    if (const std::int32_t id = parts->vocabulary.find(token); id >= 0) {
      const bool is_mask = token == mask;
      parts->added.push_back(
          {.id = id, .content = token, .lstrip = is_mask && frame.mask_lstrip, .special = true});
    }

  using Item = TemplateItem;
  const Item first{Item::Kind::special, 0, {require(classify)}},
      middle{Item::Kind::special, 0, {require(separate)}},
      last{Item::Kind::special, 1, {require(separate)}}, text{Item::Kind::text, 0, {}},
      pair{Item::Kind::pair, 1, {}};
  std::vector<Item> both = {first, text, middle, pair, last};
  both.insert(both.begin() + 2, frame.more_separators, middle);
  parts->post_processor = Template({first, text, middle}, both);
  parts->provenance.push_back(
      fmt::format("read from {} (lowercase: {})", file, normalizer.lowercase));
  return parts;
}

}  // namespace nlp::tokenizer
