// What holds for every tokenizer and every text.
#pragma once
#include <string>
#include <string_view>

#include "support.hpp"
#include "text/offsets.hpp"
#include "text/utf8.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::fuzz {

// Offsets lie in their own text, on borders of code points; ids are known; surfaces and decoded
// text are UTF-8.  `text` and `pair` are valid UTF-8.
inline void check_tokenizer(const tokenizer::Tokenizer& tokenizer, std::string_view text,
                            std::string_view pair) {
  const auto encoding = tokenizer.encode(text, pair);
  const std::size_t tokens = encoding.size();
  require(encoding.type_ids.size() == tokens && encoding.offsets.size() == tokens &&
          encoding.words.size() == tokens && encoding.sequence.size() == tokens &&
          encoding.special.size() == tokens);
  for (std::size_t t = 0; t < tokens; ++t) {
    require(encoding.ids[t] >= 0 && encoding.ids[t] < tokenizer.vocab_size());
    const auto span = encoding.offsets[t];
    const std::string_view source = encoding.sequence[t] == 1 ? pair : text;
    require(span.start <= span.end && span.end <= source.size());
    for (const std::uint32_t border : {span.start, span.end})
      require(border == source.size() || text::starts_code_point(source[border]));
    require((encoding.special[t] == 1) == (encoding.sequence[t] == -1));
  }
  const auto surfaces = tokenizer.surfaces(encoding);
  require(surfaces.size() == tokens);
  for (const std::string& surface : surfaces)
    require(text::valid_prefix(surface) == surface.size());
  for (const bool skip : {false, true}) {
    const std::string decoded = tokenizer.decode(encoding.ids, skip);
    require(text::valid_prefix(decoded) == decoded.size());
  }
  // The same text, the same tokens.
  require(tokenizer.tokenize(text).ids == tokenizer.tokenize(text).ids);
}

// Every kind of character that tokenizers treat in their own way.
inline constexpr std::string_view kHardText =
    "The [MASK] caf\xC3\xA9 e\xCC\x81\xCC\x81 \xE4\xBD\xA0\xE5\xA5\xBD\t\xC2\xA0"
    "it's 3.14!? \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x94\xAC "
    "\xEF\xBF\xBD\xE2\x80\x8B \xC4\xB0STANBUL \xEF\xAC\x81 [SEP]x<mask> ##ing";

}  // namespace nlp::fuzz
