// The "model" of tokenizer.json.
#include <algorithm>

#include "text/utf8.hpp"
#include "tokenizer/bpe.hpp"
#include "tokenizer/json_stages.hpp"
#include "tokenizer/unigram.hpp"
#include "tokenizer/word_level.hpp"
#include "tokenizer/wordpiece.hpp"

namespace nlp::tokenizer {
namespace {

using ModelPtr = std::unique_ptr<TokenModel>;

// Pieces with their scores; a piece's place is its id.
struct ScoredPieces {
  std::vector<Vocabulary::Entry> entries;
  std::vector<double> scores;
};
ScoredPieces read_pieces(const JsonPart& part) {
  ScoredPieces pieces;
  for (const simdjson::dom::element element : part.list()) {
    const std::size_t id = pieces.entries.size();
    std::string_view piece;
    double score = 0;
    if (element.at(0).get_string().get(piece) || element.at(1).get_double().get(score) ||
        element.get_array().size() != 2)
      part.fail(fmt::format("entry {} is not a piece and its score", id));
    if (id > static_cast<std::size_t>(kLargestId)) part.fail("has too many pieces");
    pieces.entries.push_back({piece, static_cast<std::int32_t>(id)});
    pieces.scores.push_back(score);
  }
  return pieces;
}

// "a b" or ["a", "b"].
std::vector<Merges::Rule> read_merges(const JsonPart& part) {
  std::vector<Merges::Rule> rules;
  for (const simdjson::dom::element element : part.list()) {
    std::string_view line, left, right;
    bool right_shape = false;
    if (!element.get_string().get(line)) {
      if (line.starts_with("#version")) continue;
      const std::size_t space = line.find(' ');
      right_shape = space != std::string_view::npos && line.find(' ', space + 1) == line.npos;
      if (right_shape) {
        left = line.substr(0, space);
        right = line.substr(space + 1);
      }
    } else {
      simdjson::dom::array pair;
      right_shape = !element.get_array().get(pair) && pair.size() == 2 &&
                    !pair.at(0).get_string().get(left) && !pair.at(1).get_string().get(right);
    }
    if (!right_shape)
      part.fail(fmt::format("entry {} is not a merge (expected two tokens)", rules.size()));
    rules.push_back({left, right});
  }
  return rules;
}

ModelPtr make_bpe(const JsonPart& part, Parts& parts) {
  parts.vocabulary = read_tokens(part.member("vocab"));
  BpeOptions options;
  if (const auto dropout = part.find("dropout"); dropout && dropout->number() != 0)
    dropout->fail("leaves tokens to chance, which is not supported (expected 0 or null)");
  if (const auto token = part.find("unk_token")) options.unknown_token = token->string();
  options.continuing_prefix = part.string("continuing_subword_prefix", "");
  options.end_of_word_suffix = part.string("end_of_word_suffix", "");
  options.fuse_unknown = part.boolean("fuse_unk", false);
  options.byte_fallback = part.boolean("byte_fallback", false);
  options.ignore_merges = part.boolean("ignore_merges", false);
  // The reference counts the prefix in characters, but cuts bytes.
  const auto skip = static_cast<std::size_t>(
      std::ranges::count_if(options.continuing_prefix, text::starts_code_point));
  const JsonPart merges = part.member("merges");
  return std::make_unique<Bpe>(parts.vocabulary,
                               Merges(read_merges(merges), parts.vocabulary, skip, merges.where()),
                               std::move(options));
}

ModelPtr make_wordpiece(const JsonPart& part, Parts& parts) {
  constexpr std::int64_t kMostCharacters = 1 << 30;
  parts.vocabulary = read_tokens(part.member("vocab"));
  WordPieceOptions options;
  options.unknown_token = part.string("unk_token", options.unknown_token);
  options.continuing_prefix = part.string("continuing_subword_prefix", options.continuing_prefix);
  if (const auto most = part.find("max_input_chars_per_word"))
    options.max_characters = static_cast<std::size_t>(most->integer(0, kMostCharacters));
  if (parts.vocabulary.find(options.unknown_token) < 0)
    part.fail(
        fmt::format("the unknown token \"{}\" is not in the vocabulary", options.unknown_token));
  return std::make_unique<WordPiece>(parts.vocabulary, options);
}

ModelPtr make_word_level(const JsonPart& part, Parts& parts) {
  parts.vocabulary = read_tokens(part.member("vocab"));
  return std::make_unique<WordLevel>(parts.vocabulary,
                                     std::string(part.member("unk_token").string()));
}

ModelPtr make_unigram(const JsonPart& part, Parts& parts) {
  ScoredPieces pieces = read_pieces(part.member("vocab"));
  parts.vocabulary = Vocabulary(pieces.entries);
  std::int32_t unknown = -1;
  if (const auto id = part.find("unk_id")) {
    const auto last = static_cast<std::int64_t>(pieces.scores.size()) - 1;
    unknown = static_cast<std::int32_t>(id->integer(0, last));
  }
  return std::make_unique<Unigram>(parts.vocabulary, std::move(pieces.scores), unknown,
                                   part.boolean("byte_fallback", false));
}

struct ModelFactory {
  std::string_view type;
  ModelPtr (*make)(const JsonPart& part, Parts& parts);
  // Old files leave the type out: the first model whose members are all there is meant.
  std::array<std::string_view, 4> members;
};
constexpr std::array kModels = {
    ModelFactory{"BPE", make_bpe, {"vocab", "merges"}},
    ModelFactory{"WordPiece",
                 make_wordpiece,
                 {"vocab", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word"}},
    ModelFactory{"WordLevel", make_word_level, {"vocab", "unk_token"}},
    ModelFactory{"Unigram", make_unigram, {"vocab"}},
};

}  // namespace

Vocabulary read_tokens(const JsonPart& part) {
  std::vector<Vocabulary::Entry> entries;
  part.members([&](std::string_view token, simdjson::dom::element value) {
    std::int64_t id = 0;
    if (value.get_int64().get(id) || id < 0 || id > kLargestId)
      part.fail(fmt::format("\"{}\" has a wrong id (expected 0 to {})", token, kLargestId));
    entries.push_back({token, static_cast<std::int32_t>(id)});
  });
  return Vocabulary(entries);
}

void read_model(const JsonPart& part, Parts& parts) {
  const auto type = part.find("type");
  std::string known;
  for (const ModelFactory& model : kModels) {
    const bool meant = type ? type->string() == model.type
                            : std::ranges::all_of(model.members, [&](std::string_view member) {
                                return member.empty() || part.find(member);
                              });
    if (meant) {
      parts.model = model.make(part, parts);
      return;
    }
    known += fmt::format("{}{}", known.empty() ? "" : ", ", model.type);
  }
  part.fail(type ? fmt::format("type \"{}\" is not supported (known: {})", type->string(), known)
                 : fmt::format("has no type and the members of none (known: {})", known));
}

}  // namespace nlp::tokenizer
