#include "tokenizer/merges.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "tokenizer/hash.hpp"

namespace nlp::tokenizer {

Merges::Merges(const std::vector<Rule>& rules, const Vocabulary& vocabulary, std::size_t skip,
               const std::string& where) {
  std::size_t size = 2;
  while (size < 2 * rules.size()) size *= 2;
  slots_.resize(size);
  const auto id_of = [&](std::string_view token, std::size_t rule) {
    const std::int32_t id = vocabulary.find(token);
    if (id < 0)
      throw Error(Kind::model,
                  fmt::format("{}: merge {} needs the token \"{}\", which the vocabulary lacks",
                              where, rule, token));
    return id;
  };
  std::string joined;
  for (std::size_t k = 0; k < rules.size(); ++k) {
    const auto& [left, right] = rules[k];
    const std::int32_t left_id = id_of(left, k), right_id = id_of(right, k);
    if (right.size() < skip)
      throw Error(Kind::model,
                  fmt::format("{}: merge {}: \"{}\" is shorter than continuing_subword_prefix",
                              where, k, right));
    joined.assign(left).append(right.substr(skip));
    slots_[slot_of(left_id, right_id)] = {
        left_id, right_id, {static_cast<std::uint32_t>(k), id_of(joined, k)}};
  }
}

std::size_t Merges::slot_of(std::int32_t left, std::int32_t right) const {
  const std::uint64_t pair =
      static_cast<std::uint64_t>(left) << 32 | static_cast<std::uint32_t>(right);
  std::size_t at = mix(pair) & (slots_.size() - 1);
  while (slots_[at].left >= 0 && (slots_[at].left != left || slots_[at].right != right))
    at = (at + 1) & (slots_.size() - 1);
  return at;
}

Merges::Merge Merges::find(std::int32_t left, std::int32_t right) const {
  return slots_[slot_of(left, right)].merge;
}

}  // namespace nlp::tokenizer
