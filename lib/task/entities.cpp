#include "task/entities.hpp"

#include <algorithm>
#include <utility>

namespace nlp::task {
namespace {

constexpr std::string_view kPlaces = "BIESLU";

bool has_prefix(std::string_view label) {
  return label.size() > 2 && label[1] == '-' && kPlaces.find(label[0]) != std::string_view::npos;
}

// A token or word with its label, before grouping.
struct Piece {
  std::size_t label = 0;
  double score = 0;
  text::Span span;
};

std::size_t best(std::span<const double> scores) {
  return static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

std::span<const double> scores_of(const ScoredTokens& tokens, std::size_t token,
                                  std::size_t labels) {
  return std::span(tokens.scores).subspan(token * labels, labels);
}

// The label of the word of tokens [first, last).
Piece word_piece(const ScoredTokens& tokens, std::size_t first, std::size_t last,
                 std::size_t labels, Aggregate strategy) {
  std::vector<double> scores;
  if (strategy == Aggregate::average) {
    scores.assign(labels, 0);
    for (std::size_t t = first; t < last; ++t) {
      const auto row = scores_of(tokens, t, labels);
      for (std::size_t c = 0; c < labels; ++c) scores[c] += row[c];
    }
    for (double& score : scores) score /= static_cast<double>(last - first);
  } else {
    std::size_t chosen = first;
    if (strategy == Aggregate::max) {
      const auto top = [&](std::size_t t) {
        const auto row = scores_of(tokens, t, labels);
        return row[best(row)];
      };
      for (std::size_t t = first + 1; t < last; ++t) {
        if (top(t) > top(chosen)) chosen = t;
      }
    }
    const auto row = scores_of(tokens, chosen, labels);
    scores.assign(row.begin(), row.end());
  }
  const std::size_t label = best(scores);
  return {label, scores[label], {tokens.offsets[first].start, tokens.offsets[last - 1].end}};
}

// Cuts the tokens into words, `continues(t)` telling whether token t belongs to the word before.
template <typename Continues>
std::vector<Piece> pieces_of_words(const ScoredTokens& tokens, std::size_t labels,
                                   Aggregate strategy, Continues continues) {
  std::vector<Piece> pieces;
  const std::size_t count = tokens.offsets.size();
  for (std::size_t first = 0; first < count;) {
    std::size_t last = first + 1;
    while (last < count && continues(last)) ++last;
    pieces.push_back(word_piece(tokens, first, last, labels, strategy));
    first = last;
  }
  return pieces;
}

std::vector<Piece> pieces_of_tokens(const ScoredTokens& tokens, std::size_t labels) {
  return pieces_of_words(tokens, labels, Aggregate::first, [](std::size_t) { return false; });
}

// An entity that still grows.
struct Group {
  std::string label;
  double sum = 0;
  std::size_t count = 0;
  text::Span span;
  bool closed = false;

  void add(const Piece& piece) {
    if (count == 0) span.start = piece.span.start;
    span.end = std::max(span.end, piece.span.end);
    sum += piece.score;
    ++count;
  }
  void close(std::vector<Entity>& entities) {
    if (count > 0 && span.end > span.start && label != "O") {
      entities.push_back({label, sum / static_cast<double>(count), span});
    }
    *this = Group{};
  }
};

// The reference's grouping knows `B-` and `I-` only and groups `O` like any label.
std::vector<Entity> group_as_reference(std::span<const Piece> pieces, const LabelScheme& labels) {
  const auto tag = [&](std::size_t label) {
    const std::string_view name = labels[label].label;
    const bool begins = name.starts_with("B-");
    return std::pair(begins, begins || name.starts_with("I-") ? name.substr(2) : name);
  };
  std::vector<Entity> entities;
  Group group;
  std::string_view last;
  for (const Piece& piece : pieces) {
    const auto [begins, kind] = tag(piece.label);
    if (group.count == 0 || begins || kind != last) {
      group.close(entities);
      const std::string_view name = labels[piece.label].label;
      const std::size_t dash = name.find('-');
      group.label = name.substr(dash == std::string_view::npos ? 0 : dash + 1);
    }
    group.add(piece);
    last = kind;
  }
  group.close(entities);
  return entities;
}

// Labels that contradict each other are repaired: an entity opens wherever none of its kind is
// open.
std::vector<Entity> group_repaired(std::span<const Piece> pieces, const LabelScheme& labels) {
  std::vector<Entity> entities;
  Group group;
  for (const Piece& piece : pieces) {
    const LabelScheme::Tag& tag = labels[piece.label];
    if (tag.place == 'O') {
      group.close(entities);
      continue;
    }
    const bool single = tag.place == 'S' || tag.place == 'U';
    const bool begins = single || tag.place == 'B';
    if (begins || group.closed || group.label != tag.kind) {
      group.close(entities);
      group.label = tag.kind;
    }
    group.add(piece);
    group.closed = single || tag.place == 'E' || tag.place == 'L';
  }
  group.close(entities);
  return entities;
}

std::vector<Entity> each_token(std::span<const Piece> pieces, const LabelScheme& labels) {
  std::vector<Entity> entities;
  for (const Piece& piece : pieces) {
    const LabelScheme::Tag& tag = labels[piece.label];
    if (tag.place != 'O' && piece.span.size() > 0) {
      entities.push_back({tag.kind, piece.score, piece.span});
    }
  }
  return entities;
}

}  // namespace

LabelScheme::LabelScheme(const std::vector<std::string>& labels) {
  const bool begins = std::any_of(labels.begin(), labels.end(),
                                  [](std::string_view label) { return label.starts_with("B-"); });
  for (const std::string& label : labels) {
    Tag tag{'I', label, label};
    if (has_prefix(label) && (begins || label[0] == 'I')) {
      tag.place = label[0];
      tag.kind = label.substr(2);
    }
    if (tag.kind == "O") tag.place = 'O';
    tags_.push_back(std::move(tag));
  }
}

std::vector<Entity> aggregate(const ScoredTokens& tokens, const LabelScheme& labels,
                              Aggregate strategy) {
  const std::size_t count = labels.size();
  switch (strategy) {
    case Aggregate::none:
      return each_token(pieces_of_tokens(tokens, count), labels);
    case Aggregate::simple:
      return group_as_reference(pieces_of_tokens(tokens, count), labels);
    case Aggregate::word:
      return group_repaired(
          pieces_of_words(tokens, count, Aggregate::first,
                          [&](std::size_t t) { return tokens.words[t] == tokens.words[t - 1]; }),
          labels);
    default:
      return group_as_reference(
          pieces_of_words(tokens, count, strategy,
                          [&](std::size_t t) { return tokens.subwords[t] != 0; }),
          labels);
  }
}

std::vector<text::Span> word_spans(std::span<const text::Span> offsets,
                                   std::span<const std::int32_t> words) {
  std::vector<text::Span> spans;
  for (std::size_t t = 0; t < offsets.size();) {
    text::Span span;
    for (const std::int32_t word = words[t]; t < offsets.size() && words[t] == word; ++t) {
      if (offsets[t].size() == 0) continue;
      span = span.size() == 0 ? offsets[t]
                              : text::Span{std::min(span.start, offsets[t].start),
                                           std::max(span.end, offsets[t].end)};
    }
    if (span.size() > 0) spans.push_back(span);
  }
  return spans;
}

std::vector<TaggedWord> tag_words(std::span<const text::Span> words,
                                  std::span<const Entity> entities, bool split) {
  std::vector<TaggedWord> result;
  std::size_t next = 0;           // the first entity that may reach the word
  std::size_t opened = SIZE_MAX;  // the last entity that got its B-
  for (const text::Span& word : words) {
    for (std::uint32_t start = word.start; start < word.end;) {
      while (next < entities.size() && entities[next].span.end <= start) ++next;
      text::Span part{start, word.end};
      bool inside = false;
      if (next < entities.size() && entities[next].span.start < word.end) {
        const text::Span& entity = entities[next].span;
        inside = !split || entity.start <= start;
        if (split) part.end = inside ? std::min(word.end, entity.end) : entity.start;
      }
      if (inside) {
        result.push_back({part, (opened == next ? "I-" : "B-") + entities[next].label});
        opened = next;
      } else {
        result.push_back({part, "O"});
      }
      start = part.end;
    }
  }
  return result;
}

}  // namespace nlp::task
