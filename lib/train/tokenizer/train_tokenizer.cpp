#include "train/tokenizer/train_tokenizer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "text/utf8.hpp"
#include "tokenizer/byte_level.hpp"
#include "tokenizer/parts.hpp"
#include "tokenizer/recipe.hpp"
#include "train/tokenizer/alphabet.hpp"
#include "train/tokenizer/count_words.hpp"
#include "train/tokenizer/merges.hpp"
#include "train/tokenizer/unigram.hpp"

namespace nlp::train {
namespace {

std::vector<std::string> special_tokens(const TokenizerOptions& options) {
  std::vector<std::string> tokens;
  for (const RoleToken& token : row_of(options.kind).special) tokens.emplace_back(token.content);
  for (const std::string& token : options.special) {
    if (token.empty() || text::valid_prefix(token) != token.size())
      throw Error(Kind::usage, fmt::format("special token `{}`: {}", token,
                                           token.empty() ? "is empty" : "is not UTF-8"));
    if (std::ranges::find(tokens, token) != tokens.end())
      throw Error(Kind::usage,
                  fmt::format("special token {}: is there already; leave it out", token));
    tokens.push_back(token);
  }
  return tokens;
}

// Normalizer and pre-tokenizer as the file will have them.
tokenizer::Parts stages_of(const TokenizerRow& row, bool cased) {
  tokenizer::Recipe recipe;
  const std::string_view normalizer = cased ? row.cased_normalizer : row.normalizer;
  if (!normalizer.empty()) recipe.normalizers = {{normalizer}};
  recipe.pre_tokenizer = row.pre_tokenizer;
  recipe.decoder = row.decoder;
  tokenizer::Parts parts;
  tokenizer::make_stages(recipe, "", std::string(row.name), parts);
  parts.needs_origin = parts.pre_tokenizer->needs_origin();
  return parts;
}

}  // namespace

TokenizerReport train_tokenizer(const std::vector<std::filesystem::path>& files,
                                const TokenizerOptions& options) {
  const TokenizerRow& row = row_of(options.kind);
  if (options.cased && row.cased_normalizer.empty())
    throw Error(Kind::usage, fmt::format("cased: {} keeps case anyway; leave it out", row.name));
  const auto special = special_tokens(options);
  const auto stages = stages_of(row, options.cased);
  TextBlocks blocks(files);
  const auto counted = count_words(stages, blocks, options.threads, options.told, row.divide);
  if (counted.words.size() == 0)
    throw Error(Kind::data, counted.too_long > 0
                                ? fmt::format("no words in the text but {} of more than {} bytes; "
                                              "there is nothing to learn from",
                                              counted.too_long, kLongestWord)
                                : "no words in the text; there is nothing to learn from");

  TokenizerReport report;
  report.lines = counted.lines;
  report.words = counted.words.size();
  report.repaired = counted.repaired;
  report.too_long = counted.too_long;
  TrainedTokenizer& trained = report.tokenizer;
  trained.kind = options.kind;
  trained.cased = options.cased;
  trained.added = options.special;

  const auto words = counted.words.sorted();
  std::vector<char32_t> bytes;
  if (row.byte_alphabet)
    for (unsigned byte = 0; byte < 256; ++byte)
      bytes.push_back(tokenizer::character_of(static_cast<unsigned char>(byte)));
  auto alphabet = find_alphabet(words, bytes, options.limit_alphabet);
  if (options.kind == TokenizerKind::unigram) {
    auto unigram = train_unigram(words, {.special = special,
                                         .alphabet = std::move(alphabet),
                                         .vocab = options.vocab,
                                         .min_frequency = options.min_frequency,
                                         .threads = options.threads});
    trained.tokens = std::move(unigram.tokens);
    trained.scores = std::move(unigram.scores);
  } else {
    auto merged = train_merges(words, {.special = special,
                                       .alphabet = std::move(alphabet),
                                       .continuing_prefix = std::string(row.continuing_prefix),
                                       .vocab = options.vocab,
                                       .min_frequency = options.min_frequency});
    trained.tokens = std::move(merged.tokens);
    if (options.kind == TokenizerKind::bpe) trained.merges = std::move(merged.merges);
  }
  return report;
}

}  // namespace nlp::train
