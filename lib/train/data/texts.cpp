#include "train/data/texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "train/data/parallel.hpp"

namespace nlp::train {
namespace {

std::vector<Column> columns_of(const TextSpec& spec) {
  std::vector<Column> columns{{"text", {"sentence", "sentence1", "text1", "premise"}}};
  if (spec.pairs) columns.push_back({"pair", {"sentence2", "text2", "hypothesis"}});
  columns.push_back({"label", {"labels", "category", "score", "class"}});
  return columns;
}

std::string text_of(Cell& cell, const Table& table, const std::string& name) {
  if (cell.type != Cell::Type::text)
    throw table.error(fmt::format("{}: not a text; put it in quotes", name));
  return std::move(cell.text);
}

// `4,27`; empty: none.
std::vector<std::string> split_commas(const std::string& text) {
  std::vector<std::string> items;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    const std::size_t first = std::min(text.find_first_not_of(' ', from), comma);
    const std::size_t last = text.find_last_not_of(' ', comma == 0 ? 0 : comma - 1);
    if (first < comma) items.push_back(text.substr(first, last + 1 - first));
    from = comma + 1;
  }
  return items;
}

void take_target(Cell& cell, const Table& table, Target target, LabelledText& dst) {
  const bool is_list = cell.type == Cell::Type::list;
  if (target == Target::labels) {
    dst.labels = is_list ? std::move(cell.items) : split_commas(cell.text);
    return;
  }
  if (is_list)
    throw table.error("a list of labels (expected one); read the set with several labels a text");
  if (target == Target::label) {
    if (cell.text.empty()) throw table.error("no label; add it, or remove the line");
    dst.labels = {std::move(cell.text)};
    return;
  }
  const auto number = number_of(cell.text);
  if (!number)
    throw table.error(
        fmt::format("label: not a number (got {}); mend the line, or read the set with labels",
                    shown(cell.text)));
  dst.number = static_cast<float>(*number);
}

}  // namespace

TextSet read_texts(const std::vector<std::string>& files, const TextSpec& spec) {
  TextSet set;
  set.files = names_of(files);
  std::vector<Cell> row;
  for (std::uint32_t file = 0; file < files.size(); ++file) {
    Table table(files[file], columns_of(spec), spec.table);
    const std::size_t before = set.texts.size();
    while (table.next(row)) {
      LabelledText text;
      text.text = text_of(row[0], table, "text");
      if (spec.pairs) text.pair = text_of(row[1], table, "pair");
      take_target(row.back(), table, spec.target, text);
      text.place = {file, table.line()};
      set.texts.push_back(std::move(text));
    }
    if (set.texts.size() == before) throw no_rows(set.files[file]);
    set.repaired += table.repaired();
  }
  return set;
}

std::vector<std::string> TextSet::labels() const {
  std::vector<std::string> all;
  for (const LabelledText& text : texts)
    all.insert(all.end(), text.labels.begin(), text.labels.end());
  return sorted_labels(std::move(all));
}

std::vector<std::int32_t> label_ids(const TextSet& set, const LabelledText& text,
                                    const LabelIds& labels) {
  std::vector<std::int32_t> ids;
  for (const std::string& label : text.labels) {
    const auto id = labels.find(label);
    if (!id)
      throw error_at(set.files, text.place,
                     fmt::format("label {} is none of the model's (expected {}); mend the line, "
                                 "or name it with --map",
                                 shown(label), labels.known()));
    ids.push_back(*id);
  }
  return ids;
}

TextExamples text_examples(const TextSet& set, Target target, const LabelIds& labels,
                           const tokenizer::Tokenizer& tokenizer, const EncodeOptions& options) {
  TextExamples dst;
  dst.examples.resize(set.texts.size());
  std::atomic<std::uint64_t> truncated = 0;
  for_each_item(set.texts.size(), options.threads, [&](std::size_t k) {
    const LabelledText& text = set.texts[k];
    Example& example = dst.examples[k];
    const auto ids = label_ids(set, text, labels);
    bool cut = false;
    try {
      example = encode_text(tokenizer, text.text, text.pair, options.max_tokens, cut);
    } catch (const Error& error) {
      if (error.kind() != Kind::data) throw;
      throw error_at(set.files, text.place, error.what());
    }
    truncated += cut;
    if (target == Target::number) {
      example.scores = {text.number};
    } else if (target == Target::labels) {
      example.scores.assign(labels.size(), 0);
      for (const std::int32_t id : ids) example.scores[static_cast<std::size_t>(id)] = 1;
    } else {
      example.labels = ids;
    }
  });
  dst.truncated = truncated;
  return dst;
}

}  // namespace nlp::train
