#include "tokenizer/template.hpp"

#include <utility>

namespace nlp::tokenizer {
namespace {

using Item = TemplateItem;

void append(const Tokens& tokens, std::int32_t type_id, std::int8_t sequence, Encoding& dst) {
  const auto at = static_cast<std::uint32_t>(dst.size());
  dst.ids.insert(dst.ids.end(), tokens.ids.begin(), tokens.ids.end());
  dst.offsets.insert(dst.offsets.end(), tokens.offsets.begin(), tokens.offsets.end());
  dst.words.insert(dst.words.end(), tokens.words.begin(), tokens.words.end());
  dst.type_ids.resize(dst.ids.size(), type_id);
  dst.sequence.resize(dst.ids.size(), sequence);
  dst.special.resize(dst.ids.size(), 0);
  for (const Matched& matched : tokens.matched)
    dst.matched.push_back({at + matched.token, matched.text});
}

void append(const Item& item, Encoding& dst) {
  for (const Matched& name : item.names)
    dst.matched.push_back({static_cast<std::uint32_t>(dst.size()) + name.token, name.text});
  dst.ids.insert(dst.ids.end(), item.ids.begin(), item.ids.end());
  dst.offsets.resize(dst.ids.size());
  dst.words.resize(dst.ids.size(), -1);
  dst.type_ids.resize(dst.ids.size(), item.type_id);
  dst.sequence.resize(dst.ids.size(), -1);
  dst.special.resize(dst.ids.size(), 1);
}

}  // namespace

Template::Template()
    : single_{{Item::Kind::text, 0, {}}},
      pair_{{Item::Kind::text, 0, {}}, {Item::Kind::pair, 1, {}}} {}

Template::Template(std::vector<Item> single, std::vector<Item> pair)
    : single_(std::move(single)), pair_(std::move(pair)) {}

Encoding Template::apply(const Tokens& text, const Tokens* pair, bool with_special) const {
  Encoding encoding;
  for (const Item& item : pair ? pair_ : single_) {
    if (item.kind == Item::Kind::special) {
      if (with_special) append(item, encoding);
    } else if (item.kind == Item::Kind::text) {
      append(text, item.type_id, 0, encoding);
    } else if (pair) {
      append(*pair, item.type_id, 1, encoding);
    }
  }
  return encoding;
}

void Template::put_ids(const std::vector<std::int32_t>& text, const std::vector<std::int32_t>* pair,
                       bool with_special, std::vector<std::int32_t>& dst) const {
  const auto put = [&](const std::vector<std::int32_t>& ids) {
    dst.insert(dst.end(), ids.begin(), ids.end());
  };
  for (const Item& item : pair ? pair_ : single_) {
    if (item.kind == Item::Kind::text)
      put(text);
    else if (item.kind == Item::Kind::special && with_special)
      put(item.ids);
    else if (item.kind == Item::Kind::pair && pair)
      put(*pair);
  }
}

int Template::size(bool pair) const {
  int count = 0;
  for (const Item& item : pair ? pair_ : single_) count += static_cast<int>(item.ids.size());
  return count;
}

}  // namespace nlp::tokenizer
