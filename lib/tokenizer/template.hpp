// The stage that puts special tokens around a text or a pair.
// Source: `TemplateProcessing`, `BertProcessing` and `RobertaProcessing` of Hugging Face
// tokenizers.
#pragma once
#include <cstdint>
#include <vector>

#include "tokenizer/encoding.hpp"

namespace nlp::tokenizer {

struct TemplateItem {
  enum class Kind : std::uint8_t { special, text, pair };
  Kind kind = Kind::special;
  std::int32_t type_id = 0;
  std::vector<std::int32_t> ids;    // of a special item: most often one
  std::vector<Matched> names = {};  // of these ids, where they are not the vocabulary's
};

class Template {
 public:
  // Without items: the tokens alone, type id 0 for the text and 1 for its pair.
  Template();
  Template(std::vector<TemplateItem> single, std::vector<TemplateItem> pair);

  // with_special: else the texts alone, with the type ids the template gives them.
  Encoding apply(const Tokens& text, const Tokens* pair, bool with_special = true) const;
  // The ids of apply() alone, added to dst.
  void put_ids(const std::vector<std::int32_t>& text, const std::vector<std::int32_t>* pair,
               bool with_special, std::vector<std::int32_t>& dst) const;
  int size(bool pair) const;  // special tokens that are added

 private:
  std::vector<TemplateItem> single_, pair_;
};

}  // namespace nlp::tokenizer
