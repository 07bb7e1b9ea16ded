#include "tokenizer/tokenizer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <type_traits>

#include "base/error.hpp"
#include "base/json.hpp"
#include "text/aligned_text.hpp"
#include "tokenizer/parts.hpp"

namespace nlp::tokenizer {
namespace {

namespace fs = std::filesystem;

// A special token of a config: its text, or an object with `content`.
std::string token_text(const Json& config, const char* key) {
  const auto found = config.find(key);
  if (found == config.end()) return {};
  if (found->is_string()) return found->get<std::string>();
  if (found->is_object())
    if (const auto content = found->find("content");
        content != found->end() && content->is_string())
      return content->get<std::string>();
  return {};
}

void read_roles(const Json& config, Roles& roles) {
  const auto read = [&](const char* key, std::string& role) {
    if (std::string text = token_text(config, key); !text.empty()) role = std::move(text);
  };
  read("mask_token", roles.mask);
  read("pad_token", roles.pad);
  read("unk_token", roles.unknown);
  read("cls_token", roles.classify);
  read("sep_token", roles.separate);
}

TokenizerConfig read_config(const fs::path& directory) {
  TokenizerConfig config;
  if (const auto file = directory / "special_tokens_map.json"; fs::exists(file)) {
    const Json json = read_json(file);
    if (json.is_object()) read_roles(json, config.roles);
  }
  const auto file = directory / "tokenizer_config.json";
  if (!fs::exists(file)) return config;
  const Json json = read_json(file);
  if (!json.is_object()) throw Error(Kind::model, file.string() + ": not a JSON object");
  read_roles(json, config.roles);
  const auto boolean = [&](const char* key) -> std::optional<bool> {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_boolean()) return {};
    return found->get<bool>();
  };
  config.do_lower_case = boolean("do_lower_case");
  config.strip_accents = boolean("strip_accents");
  config.tokenize_chinese_chars = boolean("tokenize_chinese_chars");
  if (const auto found = json.find("tokenizer_class"); found != json.end() && found->is_string())
    config.tokenizer_class = found->get<std::string>();
  // Files say 1e30 where there is no limit.
  constexpr double kUnset = 1e9;
  if (const auto found = json.find("model_max_length"); found != json.end() && found->is_number() &&
                                                        found->get<double>() >= 1 &&
                                                        found->get<double>() < kUnset)
    config.model_max_length = static_cast<std::int64_t>(found->get<double>());
  return config;
}

// The usual name of a role, where the vocabulary has it.
constexpr std::pair<std::string Roles::*, std::array<const char*, 2>> kUsual[] = {
    {&Roles::mask, {"[MASK]", "<mask>"}},
    {&Roles::pad, {"[PAD]", "<pad>"}},
    {&Roles::unknown, {"[UNK]", "<unk>"}},
};

}  // namespace

void Parts::finish() {
  for (std::size_t k = 0; k < added.size(); ++k) {
    added_by_id.emplace(added[k].id, k);
    added_by_content.emplace(added[k].content, added[k].id);
    if (!added[k].normalized) {
      raw.add(added[k], added[k].content);
      continue;
    }
    text::AlignedText content;
    content.assign(added[k].content, 0);
    if (normalizer) normalizer->normalize(content);
    normalized.add(added[k], content.view());
    added[k].content = content.view();  // what the reference decodes the id to
  }
}

Tokenizer::Tokenizer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Tokenizer Tokenizer::open(const fs::path& directory) {
  if (!fs::is_directory(directory))
    throw Error(Kind::model, directory.string() + ": no such directory; is the path right?");
  const TokenizerConfig config = read_config(directory);
  std::unique_ptr<Parts> parts;
  if (const auto json = directory / "tokenizer.json"; fs::exists(json))
    parts = read_tokenizer_json(json.string(), config);
  else if (const auto vocab = directory / "vocab.txt"; fs::exists(vocab))
    parts = read_vocab_txt(vocab.string(), config);
  else
    throw Error(Kind::model, fmt::format("{}: no tokenizer (expected tokenizer.json or vocab.txt)",
                                         directory.string()));
  parts->unknown_named = !parts->config.roles.unknown.empty() || !parts->config.generic_class();
  parts->finish();
  Tokenizer tokenizer(std::move(parts));
  for (const auto& [role, names] : kUsual)
    for (const char* name : names)
      if (std::string& text = tokenizer.parts_->config.roles.*role;
          text.empty() && tokenizer.id_of(name))
        text = name;
  return tokenizer;
}

Tokens Tokens::slice(std::size_t first, std::size_t last) const {
  const auto part = [&](const auto& vector) {
    using Vector = std::remove_cvref_t<decltype(vector)>;
    return Vector(vector.begin() + static_cast<std::ptrdiff_t>(first),
                  vector.begin() + static_cast<std::ptrdiff_t>(last));
  };
  Tokens tokens{part(ids), part(offsets), part(words), {}};
  for (const Matched& token : matched)
    if (token.token >= first && token.token < last)
      tokens.matched.push_back({token.token - static_cast<std::uint32_t>(first), token.text});
  return tokens;
}

Tokens Tokenizer::tokenize(std::string_view text) const {
  const Parts& parts = *parts_;
  Tokens tokens;
  text::AlignedText normalized;
  std::vector<Cut> raw_cuts, cuts;
  std::vector<text::Span> words;
  std::vector<Piece> pieces;
  std::int32_t word_index = 0;

  const auto push = [&](std::int32_t id, text::Span origin) {
    tokens.ids.push_back(id);
    tokens.offsets.push_back(origin);
    tokens.words.push_back(word_index);
  };
  const auto push_added = [&](std::int32_t id, text::Span origin, std::string_view surface) {
    if (surface != token_of(id))
      tokens.matched.push_back(
          {static_cast<std::uint32_t>(tokens.ids.size()), std::string(surface)});
    push(id, origin);
    ++word_index;
  };
  const auto push_words = [&](text::Span part) {
    const std::string_view whole = normalized.view().substr(part.start, part.size());
    words.clear();
    if (parts.pre_tokenizer)
      parts.pre_tokenizer->split(whole, words);
    else
      words.push_back({0, part.size()});
    for (const text::Span word : words) {
      pieces.clear();
      parts.model->tokenize(whole.substr(word.start, word.size()), pieces);
      const std::uint32_t at = part.start + word.start;
      for (const Piece& piece : pieces) {
        if (piece.literal)
          tokens.matched.push_back(
              {static_cast<std::uint32_t>(tokens.ids.size()),
               std::string(whole.substr(word.start + piece.span.start, piece.span.size()))});
        push(piece.id, normalized.origin({at + piece.span.start, at + piece.span.end}));
      }
      if (!pieces.empty()) ++word_index;
    }
  };

  if (parts.raw.empty())
    raw_cuts.push_back({{0, static_cast<std::uint32_t>(text.size())}, -1});
  else
    parts.raw.cut(text, raw_cuts);
  for (const Cut& raw : raw_cuts) {
    const std::string_view piece = text.substr(raw.span.start, raw.span.size());
    if (raw.id >= 0) {
      push_added(raw.id, raw.span, piece);
      continue;
    }
    normalized.assign(piece, raw.span.start);
    if (parts.normalizer) parts.normalizer->normalize(normalized);
    if (normalized.size() == 0) continue;
    if (parts.normalized.empty()) {
      push_words({0, static_cast<std::uint32_t>(normalized.size())});
      continue;
    }
    cuts.clear();
    parts.normalized.cut(normalized.view(), cuts);
    for (const Cut& cut : cuts) {
      if (cut.id >= 0)
        push_added(cut.id, normalized.origin(cut.span),
                   normalized.view().substr(cut.span.start, cut.span.size()));
      else
        push_words(cut.span);
    }
  }
  return tokens;
}

Encoding Tokenizer::assemble(const Tokens& text, const Tokens* pair) const {
  return parts_->post_processor.apply(text, pair);
}

Encoding Tokenizer::join(const Tokens& text, const Tokens* pair) const {
  return Template().apply(text, pair);
}

Encoding Tokenizer::encode(std::string_view text) const { return assemble(tokenize(text)); }

Encoding Tokenizer::encode(std::string_view text, std::string_view pair) const {
  const Tokens second = tokenize(pair);
  return assemble(tokenize(text), &second);
}

std::vector<std::string> Tokenizer::surfaces(const Encoding& encoding) const {
  std::vector<std::string> surfaces;
  for (const auto id : encoding.ids) surfaces.emplace_back(token_of(id));
  for (const Matched& matched : encoding.matched) surfaces[matched.token] = matched.text;
  return surfaces;
}

std::string Tokenizer::decode(std::span<const std::int32_t> ids, bool skip_special) const {
  std::vector<std::string_view> tokens;
  for (const auto id : ids) {
    const std::string_view token = token_of(id);
    if (token.data() != nullptr && !(skip_special && is_special(id))) tokens.push_back(token);
  }
  return parts_->decoder->decode(tokens);
}

int Tokenizer::template_size(bool pair) const { return parts_->post_processor.size(pair); }

std::int32_t Tokenizer::vocab_size() const {
  const auto last = parts_->added_by_id.rbegin();
  return std::max(parts_->vocabulary.size(),
                  last == parts_->added_by_id.rend() ? 0 : last->first + 1);
}

std::optional<std::int32_t> Tokenizer::id_of(std::string_view token) const {
  const auto found = parts_->added_by_content.find(token);
  if (found != parts_->added_by_content.end()) return found->second;
  const std::int32_t id = parts_->vocabulary.find(token);
  return id < 0 ? std::nullopt : std::optional(id);
}

std::string_view Tokenizer::token_of(std::int32_t id) const {
  const auto found = parts_->added_by_id.find(id);
  return found == parts_->added_by_id.end()
             ? parts_->vocabulary.token_of(id)
             : std::string_view(parts_->added[found->second].content);
}

bool Tokenizer::is_special(std::int32_t id) const {
  const auto found = parts_->added_by_id.find(id);
  return found != parts_->added_by_id.end() && parts_->added[found->second].special;
}

std::string_view Tokenizer::continuing_prefix() const { return parts_->model->continuing_prefix(); }

std::optional<std::int32_t> Tokenizer::mask_id() const { return id_of(parts_->config.roles.mask); }
std::optional<std::int32_t> Tokenizer::pad_id() const { return id_of(parts_->config.roles.pad); }
std::optional<std::int32_t> Tokenizer::unknown_id() const {
  return id_of(parts_->config.roles.unknown);
}
bool Tokenizer::unknown_is_named() const { return parts_->unknown_named; }
std::string Tokenizer::mask_token() const { return mask_id() ? parts_->config.roles.mask : ""; }

std::optional<std::int64_t> Tokenizer::max_length() const {
  return parts_->config.model_max_length;
}

const std::vector<std::string>& Tokenizer::provenance() const { return parts_->provenance; }

}  // namespace nlp::tokenizer
