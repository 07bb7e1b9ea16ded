#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "mask/tokens.hpp"
#include "task/entities.hpp"
#include "task/trim.hpp"
#include "task/windows.hpp"
#include "train/data/parallel.hpp"
#include "train/data/tagged.hpp"

namespace nlp::train {
namespace {

// The ids of a kind's labels; -1 where there is none.
struct KindLabels {
  std::int32_t begin = -1, inside = -1, end = -1, single = -1;
};

class Labels {
 public:
  explicit Labels(const std::vector<std::string>& names) : size_(names.size()) {
    const task::LabelScheme scheme(names);
    for (std::size_t id = 0; id < names.size(); ++id) {
      const auto label = static_cast<std::int32_t>(id);
      const auto& tag = scheme[id];
      if (tag.place == 'O') {
        if (outside_ < 0) outside_ = label;
        continue;
      }
      auto& kind = kinds_[tag.kind];
      switch (tag.place) {
        case 'B':
          kind.begin = label;
          break;
        case 'E':
        case 'L':
          kind.end = label;
          break;
        case 'S':
        case 'U':
          kind.single = label;
          break;
        default:
          kind.inside = label;
      }
      labels_of_[tag.kind].push_back(id);
    }
    for (auto& [name, kind] : kinds_) {
      if (kind.begin < 0) kind.begin = kind.inside;
      if (kind.inside < 0) kind.inside = kind.begin;
      if (kind.end < 0) kind.end = kind.inside;
      if (kind.single < 0) kind.single = kind.begin;
    }
  }

  std::int32_t outside() const { return outside_; }
  const KindLabels* find(const std::string& kind) const {
    const auto found = kinds_.find(kind);
    return found == kinds_.end() ? nullptr : &found->second;
  }

  // [C] or empty.
  std::vector<std::uint8_t> absent(const std::vector<std::string>& kinds) const {
    std::vector<std::uint8_t> absent;
    for (const std::string& kind : kinds) {
      const auto found = labels_of_.find(kind);
      if (found == labels_of_.end())
        throw Error(Kind::usage, fmt::format("--unlabelled: no kind of entity of the model "
                                             "(expected {}, got {}); give another",
                                             known(), kind));
      absent.resize(size_);
      for (const std::size_t id : found->second) absent[id] = 1;
    }
    return absent;
  }

  std::string known() const {
    std::string names;
    for (const auto& [name, labels] : kinds_) names += (names.empty() ? "" : ", ") + name;
    return names;
  }

 private:
  std::size_t size_;
  std::int32_t outside_ = -1;
  std::map<std::string, KindLabels> kinds_;
  std::map<std::string, std::vector<std::size_t>> labels_of_;
};

// The label of each word.
std::vector<std::int32_t> word_labels(const TagSet& set, const TaggedSentence& sentence,
                                      const std::vector<KindLabels>& kinds, std::int32_t outside) {
  std::vector<std::int32_t> labels;
  const auto& tags = sentence.tags;
  for (std::size_t w = 0; w < tags.size(); ++w) {
    const WordTag tag = tags[w];
    if (tag.kind == WordTag::kOutside || tag.kind == WordTag::kUnlabelled) {
      labels.push_back(tag.kind == WordTag::kOutside ? outside : mask::kIgnored);
      continue;
    }
    const bool ends = w + 1 == tags.size() || tags[w + 1].begins || tags[w + 1].kind != tag.kind;
    const KindLabels& kind = kinds[static_cast<std::size_t>(tag.kind)];
    if (kind.inside < 0)
      throw error_at(set.files, sentence.place,
                     fmt::format("no label of the model for {}, which is in this sentence; name "
                                 "another with --map, or `O`",
                                 shown(set.kinds[static_cast<std::size_t>(tag.kind)])));
    labels.push_back(tag.begins ? ends ? kind.single : kind.begin : ends ? kind.end : kind.inside);
  }
  return labels;
}

// A sentence with the column that each of its tokens begins in, and its label.
struct Labelled {
  tokenizer::Tokens tokens;
  std::vector<std::int32_t> words, labels;  // [T]
};

Labelled label_tokens(const TaggedSentence& sentence, const std::vector<std::int32_t>& labels,
                      const tokenizer::Tokenizer& tokenizer, bool all_tokens) {
  Labelled dst;
  dst.tokens = tokenizer.tokenize(sentence.text);
  std::vector<text::Span> offsets;
  for (const text::Span span : dst.tokens.offsets)
    offsets.push_back(task::trim(sentence.text, span));
  dst.words = task::columns_of(offsets, sentence.words);
  for (std::size_t t = 0; t < dst.words.size(); ++t) {
    const std::int32_t word = dst.words[t];
    const bool taught = word >= 0 && (all_tokens || t == 0 || dst.words[t - 1] != word);
    dst.labels.push_back(taught ? labels[static_cast<std::size_t>(word)] : mask::kIgnored);
  }
  return dst;
}

Example example_of(const Labelled& sentence, const task::Window& window,
                   const tokenizer::Tokenizer& tokenizer) {
  const auto first = static_cast<std::size_t>(window.first);
  auto input =
      tokenizer.assemble(sentence.tokens.slice(first, static_cast<std::size_t>(window.last)));
  Example example;
  std::int64_t token = window.first;
  for (const std::int8_t sequence : input.sequence) {
    const bool is_text = sequence == 0;
    const bool own = is_text && token >= window.own_first && token < window.own_last;
    const auto t = static_cast<std::size_t>(token);
    example.words.push_back(is_text ? sentence.words[t] : -1);
    example.labels.push_back(own ? sentence.labels[t] : mask::kIgnored);
    token += is_text;
  }
  example.ids = std::move(input.ids);
  example.type_ids = std::move(input.type_ids);
  example.special = std::move(input.special);
  return example;
}

}  // namespace

std::vector<Example> tag_examples(const TagSet& set, const std::vector<std::string>& names,
                                  const tokenizer::Tokenizer& tokenizer,
                                  const TagExampleOptions& options) {
  const Labels labels(names);
  if (labels.outside() < 0)
    throw Error(Kind::model,
                "no label `O` (the model cannot say that a word is no name); give a "
                "model of named entities");
  const auto absent = labels.absent(set.unlabelled);
  std::vector<KindLabels> kinds;
  for (const std::string& kind : set.kinds)
    kinds.push_back(labels.find(kind) ? *labels.find(kind) : KindLabels());
  const std::int64_t capacity = options.max_tokens - tokenizer.template_size(false);
  if (capacity < 1)
    throw Error(Kind::usage, fmt::format("--max-length: tokens of an example (expected more than "
                                         "the template's {}, got {}); give more",
                                         tokenizer.template_size(false), options.max_tokens));
  std::vector<std::vector<Example>> windows(set.sentences.size());
  for_each_item(set.sentences.size(), options.threads, [&](std::size_t k) {
    const TaggedSentence& sentence = set.sentences[k];
    const auto labelled =
        label_tokens(sentence, word_labels(set, sentence, kinds, labels.outside()), tokenizer,
                     options.all_tokens);
    const auto tokens = static_cast<std::int64_t>(labelled.tokens.size());
    if (tokens == 0) return;  // of nothing but what the tokenizer drops
    for (const task::Window& window : task::overlapping_windows(tokens, capacity, capacity / 2)) {
      windows[k].push_back(example_of(labelled, window, tokenizer));
      windows[k].back().absent = absent;
    }
  });
  std::vector<Example> examples;
  for (auto& of_sentence : windows) std::ranges::move(of_sentence, std::back_inserter(examples));
  return examples;
}

}  // namespace nlp::train
