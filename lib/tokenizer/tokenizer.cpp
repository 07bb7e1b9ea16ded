#include "tokenizer/tokenizer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <type_traits>

#include "base/error.hpp"
#include "base/json.hpp"
#include "text/aligned_text.hpp"
#include "tokenizer/parts.hpp"
#include "tokenizer/pipeline.hpp"

namespace nlp::tokenizer {
namespace {

namespace fs = std::filesystem;

// The usual name of a role, where the vocabulary has it.
constexpr std::pair<std::string Roles::*, std::array<const char*, 2>> kUsual[] = {
    {&Roles::mask, {"[MASK]", "<mask>"}},
    {&Roles::pad, {"[PAD]", "<pad>"}},
    {&Roles::unknown, {"[UNK]", "<unk>"}},
};

}  // namespace

void Parts::finish() {
  needs_origin = pre_tokenizer && pre_tokenizer->needs_origin();
  std::set<std::string, std::less<>> special;
  for (const AddedToken& token : added)
    if (token.special) special.insert(token.content);
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
  for (AddedToken& token : added) token.hidden = special.contains(token.content);
}

std::string_view Parts::token_of(std::int32_t id) const {
  const auto found = added_by_id.find(id);
  return found == added_by_id.end() ? vocabulary.token_of(id)
                                    : std::string_view(added[found->second].content);
}

std::string_view Parts::surface_of(std::int32_t id) const {
  const std::string_view token = vocabulary.token_of(id);
  return token.data() != nullptr ? token : token_of(id);
}

bool Parts::hides(std::int32_t id) const {
  const auto found = added_by_id.find(id);
  return found != added_by_id.end() && added[found->second].hidden;
}

Tokenizer::Tokenizer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Tokenizer Tokenizer::open(const fs::path& directory) {
  if (!fs::is_directory(directory))
    throw Error(Kind::model, directory.string() + ": no such directory; is the path right?");
  std::unique_ptr<Parts> parts = read_parts(directory);
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
  Scratch scratch;
  return tokenizer::tokenize(*parts_, text, scratch);
}

struct Tokenizer::Workspace::Memory {
  const Parts* parts;  // whose ids it knows
  Scratch scratch = {};
  WordIds known = {};
  std::vector<std::int32_t> text = {}, pair = {};
};

Tokenizer::Workspace::Workspace(std::unique_ptr<Memory> memory) : memory_(std::move(memory)) {}
Tokenizer::Workspace::Workspace(Workspace&&) noexcept = default;
Tokenizer::Workspace& Tokenizer::Workspace::operator=(Workspace&&) noexcept = default;
Tokenizer::Workspace::~Workspace() = default;

Tokenizer::Workspace Tokenizer::workspace() const {
  return Workspace(std::make_unique<Workspace::Memory>(Workspace::Memory{parts_.get()}));
}

void Tokenizer::encode_ids(std::string_view text, std::optional<std::string_view> pair,
                           bool with_special, Workspace& workspace,
                           std::vector<std::int32_t>& dst) const {
  auto& [parts, scratch, known, text_ids, pair_ids] = *workspace.memory_;
  if (parts != parts_.get())
    throw Error(Kind::internal, "a tokenizer was given the workspace of another");
  text_ids.clear();
  pair_ids.clear();
  tokenize_ids(*parts_, text, scratch, known, text_ids);
  if (pair) tokenize_ids(*parts_, *pair, scratch, known, pair_ids);
  parts_->post_processor.put_ids(text_ids, pair ? &pair_ids : nullptr, with_special, dst);
}

void Tokenizer::add_plain_ids(std::string_view text, Workspace& workspace,
                              std::vector<std::int32_t>& dst,
                              std::vector<std::uint8_t>& starts) const {
  auto& memory = *workspace.memory_;
  if (memory.parts != parts_.get())
    throw Error(Kind::internal, "a tokenizer was given the workspace of another");
  tokenize_plain(*parts_, text, memory.scratch, memory.known, dst, starts);
}

Encoding Tokenizer::assemble(const Tokens& text, const Tokens* pair) const {
  return parts_->post_processor.apply(text, pair);
}

Encoding Tokenizer::join(const Tokens& text, const Tokens* pair) const {
  return parts_->post_processor.apply(text, pair, false);
}

Encoding Tokenizer::encode(std::string_view text) const { return assemble(tokenize(text)); }

Encoding Tokenizer::encode(std::string_view text, std::string_view pair) const {
  const Tokens second = tokenize(pair);
  return assemble(tokenize(text), &second);
}

std::vector<std::string> Tokenizer::surfaces(const Encoding& encoding) const {
  std::vector<std::string> surfaces;
  for (const auto id : encoding.ids) surfaces.emplace_back(parts_->surface_of(id));
  for (const Matched& matched : encoding.matched) surfaces[matched.token] = matched.text;
  return surfaces;
}

std::string Tokenizer::decode(std::span<const std::int32_t> ids, bool skip_special) const {
  std::vector<std::string> tokens;
  for (const auto id : ids) {
    const std::string_view token = token_of(id);
    if (token.data() != nullptr && !(skip_special && parts_->hides(id))) tokens.emplace_back(token);
  }
  parts_->decoder->apply(tokens);
  std::string text;
  for (const std::string& token : tokens) text += token;
  return text;
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

std::string_view Tokenizer::token_of(std::int32_t id) const { return parts_->token_of(id); }

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
