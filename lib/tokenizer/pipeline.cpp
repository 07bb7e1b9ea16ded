#include "tokenizer/pipeline.hpp"

#include <utility>

#include "text/utf8.hpp"

namespace nlp::tokenizer {
namespace {

// Sink: added(id, span of the text, its own text); words(the words of a part of the text).
template <class Sink>
void run(const Parts& parts, std::string_view text, bool track, bool special, Scratch& scratch,
         Sink& sink) {
  text::AlignedText& normalized = scratch.normalized;
  Words& words = scratch.words;
  std::vector<Cut>&raw_cuts = scratch.raw_cuts, &cuts = scratch.cuts;
  track = track || parts.needs_origin;
  const auto split = [&] {
    words.restart();
    if (parts.pre_tokenizer) parts.pre_tokenizer->split(words);
    sink.words(words);
  };
  const auto normalize = [&](text::AlignedText& whole) {
    if (parts.normalizer) parts.normalizer->normalize(whole);
  };

  raw_cuts.clear();
  if (parts.raw.empty())
    raw_cuts.push_back({{0, static_cast<std::uint32_t>(text.size())}, -1});
  else
    parts.raw.cut(text, raw_cuts, special);
  for (const Cut& raw : raw_cuts) {
    const std::string_view piece = text.substr(raw.span.start, raw.span.size());
    if (raw.id >= 0) {
      sink.added(raw.id, raw.span, piece);
      continue;
    }
    if (parts.normalized.empty()) {
      words.text.assign(piece, raw.span.start, track);
      normalize(words.text);
      split();
      continue;
    }
    normalized.assign(piece, raw.span.start, track);
    normalize(normalized);
    cuts.clear();
    parts.normalized.cut(normalized.view(), cuts, special);
    for (const Cut& cut : cuts) {
      if (cut.id >= 0) {
        sink.added(cut.id, track ? normalized.origin(cut.span) : cut.span,
                   normalized.view().substr(cut.span.start, cut.span.size()));
      } else {
        words.text.assign(normalized, cut.span);
        split();
      }
    }
  }
}

// A byte of `text` as the start of the code point that it is part of.
std::uint32_t border(std::string_view text, std::uint32_t at) {
  while (at > 0 && at < text.size() && !text::starts_code_point(text[at])) --at;
  return at;
}

struct TokenSink {
  const Parts& parts;
  std::string_view text;
  std::vector<Piece>& pieces;
  Tokens tokens = {};
  std::int32_t word = 0;

  void push(std::int32_t id, text::Span origin, std::string_view surface) {
    for (const SpaceTrimmer& trimmer : parts.trimmers)
      origin = trimmer.trim(text, surface, tokens.ids.empty(), origin);
    tokens.ids.push_back(id);
    tokens.offsets.push_back(origin);
    tokens.words.push_back(word);
  }
  void match(std::string_view surface) {
    tokens.matched.push_back({static_cast<std::uint32_t>(tokens.ids.size()), std::string(surface)});
  }

  void added(std::int32_t id, text::Span origin, std::string_view surface) {
    if (surface != parts.surface_of(id)) match(surface);
    push(id, origin, surface);
    ++word;
  }
  void words(const Words& words) {
    for (const text::Span span : words.spans) {
      const std::string_view whole = words.view(span);
      pieces.clear();
      parts.model->tokenize(whole, pieces);
      for (const Piece& piece : pieces) {
        text::Span origin =
            words.text.origin({span.start + piece.span.start, span.start + piece.span.end});
        origin = {border(text, origin.start), border(text, origin.end)};
        const std::string_view surface = piece.literal
                                             ? whole.substr(piece.span.start, piece.span.size())
                                             : parts.vocabulary.token_of(piece.id);
        if (piece.literal) match(surface);
        push(piece.id, origin, surface);
      }
      ++word;
    }
  }
};

struct IdSink {
  const Parts& parts;
  std::vector<Piece>& pieces;
  WordIds& known;
  std::vector<std::int32_t>& ids;
  std::vector<std::uint8_t>* starts = nullptr;  // [ids]: 1 where a word begins

  void added(std::int32_t id, text::Span, std::string_view) {
    ids.push_back(id);
    mark();
  }
  // The ids since the last mark are one word.
  void mark() {
    if (starts == nullptr || starts->size() == ids.size()) return;
    starts->push_back(1);
    starts->resize(ids.size(), 0);
  }
  void split(std::string_view word) {
    pieces.clear();
    parts.model->tokenize(word, pieces);
    for (const Piece& piece : pieces) ids.push_back(piece.id);
  }
  void words(const Words& words) {
    const std::string_view text = words.text.view();
    for (const text::Span span : words.spans) {
      if (span.size() > WordIds::kLongestWord) {
        split(text.substr(span.start, span.size()));
        mark();
        continue;
      }
      bool found = false;
      WordIds::Slot& slot = known.find(text, span.start, span.size(), found);
      if (found && slot.count != WordIds::kEmpty) {
        ids.insert(ids.end(), slot.ids.begin(), slot.ids.begin() + slot.count);
        mark();
        continue;
      }
      split(text.substr(span.start, span.size()));
      mark();
      if (pieces.size() > WordIds::kMostIds) continue;
      for (std::size_t k = 0; k < pieces.size(); ++k) slot.ids[k] = pieces[k].id;
      slot.count = static_cast<std::uint32_t>(pieces.size());
    }
  }
};

}  // namespace

Tokens tokenize(const Parts& parts, std::string_view text, Scratch& scratch) {
  TokenSink sink{parts, text, scratch.pieces};
  run(parts, text, true, true, scratch, sink);
  return std::move(sink.tokens);
}

void tokenize_ids(const Parts& parts, std::string_view text, Scratch& scratch, WordIds& known,
                  std::vector<std::int32_t>& dst) {
  IdSink sink{parts, scratch.pieces, known, dst};
  run(parts, text, false, true, scratch, sink);
}

void tokenize_plain(const Parts& parts, std::string_view text, Scratch& scratch, WordIds& known,
                    std::vector<std::int32_t>& dst, std::vector<std::uint8_t>& starts) {
  starts.resize(dst.size(), 0);
  IdSink sink{parts, scratch.pieces, known, dst, &starts};
  run(parts, text, false, false, scratch, sink);
}

}  // namespace nlp::tokenizer
