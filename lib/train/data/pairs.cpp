#include "train/data/pairs.hpp"

#include <fmt/format.h>

#include <atomic>
#include <utility>

#include "train/data/labels.hpp"
#include "train/data/parallel.hpp"

namespace nlp::train {
namespace {

std::vector<Column> columns_of(PairKind kind) {
  std::vector<Column> columns{{"text", {"sentence", "sentence1", "text1", "anchor", "query"}}};
  if (kind == PairKind::single) return columns;
  columns.push_back({"pair", {"sentence2", "text2", "positive"}});
  if (kind == PairKind::scored)
    columns.push_back({"score", {"similarity", "similarity_score", "label"}});
  return columns;
}

}  // namespace

PairSet read_pairs(const std::vector<std::string>& files, const PairSpec& spec) {
  PairSet set;
  set.files = names_of(files);
  std::vector<Cell> row;
  for (std::uint32_t file = 0; file < files.size(); ++file) {
    Table table(files[file], columns_of(spec.kind), spec.table);
    const std::size_t before = set.pairs.size();
    while (table.next(row)) {
      TextPair pair;
      pair.place = {file, table.line()};
      std::string* const texts[] = {&pair.text, &pair.pair};
      for (std::size_t c = 0; c < (spec.kind == PairKind::single ? 1 : 2); ++c) {
        if (row[c].type != Cell::Type::text)
          throw table.error("text or pair: not a text; put it in quotes");
        *texts[c] = std::move(row[c].text);
      }
      if (spec.kind == PairKind::scored) {
        const auto score = number_of(row[2].text);
        if (!score)
          throw table.error(
              fmt::format("score: not a number (got {}); mend the line", shown(row[2].text)));
        pair.score = static_cast<float>(*score);
      }
      set.pairs.push_back(std::move(pair));
    }
    if (set.pairs.size() == before) throw no_rows(set.files[file]);
    set.repaired += table.repaired();
  }
  return set;
}

PairExamples pair_examples(const PairSet& set, PairKind kind, const std::string& prompt,
                           const tokenizer::Tokenizer& tokenizer, const EncodeOptions& options) {
  PairExamples dst;
  dst.examples.resize(set.pairs.size());
  std::atomic<std::uint64_t> truncated = 0;
  for_each_item(set.pairs.size(), options.threads, [&](std::size_t k) {
    const TextPair& pair = set.pairs[k];
    const auto encode = [&](const std::string& text) {
      bool cut = false;
      auto example = encode_text(tokenizer, prompt + text, std::nullopt, options.max_tokens, cut);
      truncated += cut;
      return example;
    };
    dst.examples[k].text = encode(pair.text);
    if (kind != PairKind::single) dst.examples[k].pair = encode(pair.pair);
    dst.examples[k].score = pair.score;
  });
  dst.truncated = truncated;
  return dst;
}

}  // namespace nlp::train
