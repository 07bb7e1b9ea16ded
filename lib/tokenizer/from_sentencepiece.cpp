// Reads a SentencePiece model file: its pieces, and what the tokenizer's class makes of them.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <filesystem>

#include "base/error.hpp"
#include "base/mapped_file.hpp"
#include "text/utf8.hpp"
#include "tokenizer/bpe.hpp"
#include "tokenizer/json_stages.hpp"
#include "tokenizer/renumbered.hpp"
#include "tokenizer/sentencepiece_families.hpp"
#include "tokenizer/sentencepiece_model.hpp"
#include "tokenizer/unigram.hpp"

namespace nlp::tokenizer {
namespace {

bool ends_in_number_comma(std::string_view piece) {
  if (piece.size() < 2 || piece.back() != ',') return false;
  const char before = piece[piece.size() - 2];
  return before >= '0' && before <= '9';
}

// The pieces of the vocabulary, with scores.
struct Pieces {
  std::vector<Vocabulary::Entry> entries;
  std::vector<double> scores;
  std::deque<std::string> made;  // texts that the file does not have

  void add(std::string_view text, double score) {
    entries.push_back({text, static_cast<std::int32_t>(entries.size())});
    scores.push_back(score);
  }
};

Pieces collect(const SentencePieceFamily& family, const SentencePieceModel& model,
               const TokenizerConfig& config) {
  Pieces pieces;
  for (const std::string_view text : family.leading) pieces.add(text, 0);
  if (!pieces.scores.empty()) pieces.scores.back() = family.last_leading_score;
  for (std::size_t k = family.skipped; k < model.pieces.size(); ++k) {
    const SentencePieceModel::Piece& piece = model.pieces[k];
    // SentencePiece finds the others in no text.
    const bool found =
        piece.type == SentencePieceModel::kNormal || piece.type == SentencePieceModel::kUserDefined;
    if (family.has_vocab_json && !found) {
      pieces.add("", 0);
      continue;
    }
    constexpr double kAvoided = 100;
    const bool avoided = family.avoids_number_commas && ends_in_number_comma(piece.text);
    pieces.add(piece.text, double{piece.score} - (avoided ? kAvoided : 0));
  }
  for (const std::string_view text : family.trailing) pieces.add(text, 0);
  if (family.has_sentinels)
    for (std::int64_t k = config.extra_ids.value_or(100); k-- > 0;)
      pieces.add(pieces.made.emplace_back(fmt::format("<extra_id_{}>", k)), 0);
  return pieces;
}

// All ways to make a piece of two, best piece first, then longest left part, then longest right.
std::vector<Merges::Rule> merges_of(const Pieces& pieces, const Vocabulary& vocabulary,
                                    const std::string& where) {
  struct Way {
    Merges::Rule rule;
    double score;
    std::size_t left, right;  // characters
    std::int32_t left_id, right_id;
  };
  std::vector<Way> ways;
  const auto characters = [](std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, text::starts_code_point));
  };
  constexpr std::size_t kLongest = 4096;  // bytes; the ways of one piece are quadratic in it
  for (const auto& [text, id] : pieces.entries) {
    if (vocabulary.find(text) != id) continue;
    if (text.size() > kLongest)
      throw Error(Kind::model, fmt::format("{}: piece {} is too long for BPE (expected {} bytes at "
                                           "most, got {})",
                                           where, id, kLongest, text.size()));
    const std::size_t first = ways.size();
    for (std::size_t at = 1; at < text.size(); ++at) {
      if (!text::starts_code_point(text[at])) continue;
      const std::string_view left = text.substr(0, at), right = text.substr(at);
      const std::int32_t left_id = vocabulary.find(left), right_id = vocabulary.find(right);
      if (left_id >= 0 && right_id >= 0)
        ways.push_back({{left, right},
                        pieces.scores[static_cast<std::size_t>(id)],
                        characters(left),
                        characters(right),
                        left_id,
                        right_id});
    }
    std::sort(ways.begin() + static_cast<std::ptrdiff_t>(first), ways.end(),
              [](const Way& a, const Way& b) {
                return a.left_id != b.left_id ? a.left_id < b.left_id : a.right_id < b.right_id;
              });
  }
  std::stable_sort(ways.begin(), ways.end(), [](const Way& a, const Way& b) {
    if (a.score != b.score) return a.score > b.score;
    return a.left != b.left ? a.left > b.left : a.right > b.right;
  });
  std::vector<Merges::Rule> rules;
  for (const Way& way : ways) rules.push_back(way.rule);
  return rules;
}

// A language that a text begins with to be translated into it: `>>fra<<`.
bool is_language(std::string_view token) {
  return token.size() > 4 && token.starts_with(">>") && token.ends_with("<<");
}

void add_languages(TokenAdder& adder, const Vocabulary& vocabulary) {
  for (std::int32_t id = 0; id < vocabulary.size(); ++id)
    if (const std::string_view token = vocabulary.token_of(id); is_language(token))
      adder.add({.content = std::string(token)});
}

void add_pieces(TokenAdder& adder, const SentencePieceModel& model) {
  for (const SentencePieceModel::Piece& piece : model.pieces)
    if (!piece.text.empty() && (piece.type == SentencePieceModel::kControl ||
                                piece.type == SentencePieceModel::kUserDefined))
      adder.add({.content = std::string(piece.text),
                 .special = piece.type == SentencePieceModel::kControl});
}

// The pieces cut, vocab.json numbers.
void make_renumbered(const std::string& file, Pieces pieces, std::int32_t unknown_piece,
                     Parts& parts) {
  if (parts.config.separate_vocabs.value_or(false))
    throw Error(Kind::model, file +
                                 ": separate_vocabs: a vocabulary for each language is not "
                                 "supported; take a model that has one for both");
  read_json_file(file, [&](const JsonPart& root) { parts.vocabulary = read_tokens(root); });
  const std::string& named = parts.config.roles.unknown;
  const std::int32_t unknown = parts.vocabulary.find(named.empty() ? "<unk>" : named);
  if (unknown < 0)
    throw Error(Kind::model, file + ": no unknown token (expected <unk>); take that of the model");
  parts.model = std::make_unique<Renumbered>(Vocabulary(pieces.entries), std::move(pieces.scores),
                                             unknown_piece, parts.vocabulary, unknown);
}

void make_model(const SentencePieceFamily& family, const SentencePieceModel& model,
                const std::string& where, Parts& parts) {
  Pieces pieces = collect(family, model, parts.config);
  if (pieces.entries.size() > static_cast<std::size_t>(kLargestId))
    throw Error(Kind::model, fmt::format("{}: too many pieces", where));
  parts.vocabulary = Vocabulary(pieces.entries);
  if (model.algorithm == SentencePieceModel::kBpe && !family.has_vocab_json) {
    BpeOptions options;
    options.unknown_token = model.unknown_piece;
    options.fuse_unknown = true;
    parts.model = std::make_unique<Bpe>(
        parts.vocabulary,
        Merges(merges_of(pieces, parts.vocabulary, where), parts.vocabulary, 0, where), options);
    return;
  }
  if (model.algorithm != SentencePieceModel::kUnigram)
    throw Error(Kind::model,
                fmt::format("{}: model_type {} is not supported (known: 1 unigram{})", where,
                            model.algorithm, family.has_vocab_json ? "" : ", 2 bpe"));
  const std::int64_t unknown = family.unknown_id >= 0 ? family.unknown_id : model.unknown_id;
  const auto last = static_cast<std::int64_t>(pieces.entries.size()) - 1;
  if (unknown < 0 || unknown > last)
    throw Error(Kind::model, fmt::format("{}: unk_id is out of range (expected 0 to {}, got {})",
                                         where, last, unknown));
  const auto unknown_piece = static_cast<std::int32_t>(unknown);
  if (family.has_vocab_json) {
    const std::filesystem::path file = std::filesystem::path(where).parent_path() / "vocab.json";
    make_renumbered(file.string(), std::move(pieces), unknown_piece, parts);
    return;
  }
  parts.model =
      std::make_unique<Unigram>(parts.vocabulary, std::move(pieces.scores), unknown_piece, false);
}

}  // namespace

std::unique_ptr<Parts> read_sentencepiece(const std::string& file, const TokenizerConfig& config) {
  const MappedFile mapped(file);
  const std::string_view bytes(reinterpret_cast<const char*>(mapped.bytes().data()),
                               mapped.bytes().size());
  const std::vector<SentencePieceFamily> families = sentencepiece_families();
  const SentencePieceFamily* family = find_row(families, config);
  if (family == nullptr) refuse_class(families, config, file);
  const SentencePieceModel model = read_sentencepiece_model(bytes, file);

  auto parts = std::make_unique<Parts>();
  parts->config = config;
  make_model(*family, model, file, *parts);
  TokenAdder adder(*parts);
  if (family->has_vocab_json)
    add_languages(adder, parts->vocabulary);
  else
    add_pieces(adder, model);
  adder.add(family->recipe);
  if (family->has_sentinels)
    for (std::int64_t k = config.extra_ids.value_or(100); k-- > 0;)
      adder.add({.content = fmt::format("<extra_id_{}>", k), .special = true});
  make_stages(family->recipe, model.charsmap, file, *parts);
  parts->provenance.push_back(
      fmt::format("read from {}, as {} does", file, family->recipe.classes.front()));
  return parts;
}

}  // namespace nlp::tokenizer
