#include "cli/example_records.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/error.hpp"
#include "cli/token_record.hpp"
#include "mask/places.hpp"
#include "mask/tokens.hpp"

namespace nlp::cli {

train::Example example_of(const Record& record, const tokenizer::Tokenizer& tokenizer) {
  if (!has_tokens(record))
    throw Error(Kind::data, "no field `ids`; make token records with nlp tokenize");
  tokenizer::Encoding encoding = read_tokens(record, tokenizer);
  train::Example example;
  example.words = mask::word_numbers(tokenizer, encoding, "");
  for (std::size_t t = 0; t < encoding.size(); ++t)
    if (encoding.special[t] != 0) example.words[t] = -1;
  if (record.has("labels")) {
    example.labels = record.integers("labels");
    if (example.labels.size() != encoding.size())
      throw Error(Kind::data, fmt::format("field `labels` (expected as many values as `ids`, {}, "
                                          "got {})",
                                          encoding.size(), example.labels.size()));
    for (auto& label : example.labels) {
      if (label >= tokenizer.vocab_size())
        throw Error(Kind::data, fmt::format("field `labels` (expected less than {}, got {}); were "
                                            "they made with another model?",
                                            tokenizer.vocab_size(), label));
      if (label < 0) label = mask::kIgnored;
    }
  }
  example.ids = std::move(encoding.ids);
  example.type_ids = std::move(encoding.type_ids);
  example.special = std::move(encoding.special);
  return example;
}

bool ExampleRecords::next(train::Example& dst) {
  RawRecord raw;
  if (input_.next(raw, true) != Input::Next::record) return false;
  const Record record = parse_record(std::move(raw), options_);
  try {
    dst = example_of(record, tokenizer_);
  } catch (const Error& error) {
    throw error.at(record.where());
  }
  return true;
}

}  // namespace nlp::cli
