#include "tokenizer/byte_level.hpp"

#include <array>

#include "text/utf8.hpp"
#include "tokenizer/gpt2_pattern.hpp"

namespace nlp::tokenizer {
namespace {

bool printable(unsigned byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

struct Maps {
  std::array<char32_t, 256> characters;
  std::array<std::int16_t, 0x144> bytes;  // of the characters, which end at U+0143
  std::array<std::array<char, 2>, 256> encoded;
  std::array<std::uint8_t, 256> size;
};

const Maps& maps() {
  static const Maps made = [] {
    Maps maps;
    maps.bytes.fill(-1);
    char32_t next = 0x100;
    for (unsigned byte = 0; byte < 256; ++byte) {
      maps.characters[byte] = printable(byte) ? byte : next++;
      maps.bytes[maps.characters[byte]] = static_cast<std::int16_t>(byte);
      std::string encoded;
      text::append(encoded, maps.characters[byte]);
      maps.encoded[byte] = {encoded[0], encoded.size() > 1 ? encoded[1] : '\0'};
      maps.size[byte] = static_cast<std::uint8_t>(encoded.size());
    }
    return maps;
  }();
  return made;
}

}  // namespace

char32_t character_of(unsigned char byte) { return maps().characters[byte]; }

int byte_of(char32_t character) {
  return character < maps().bytes.size() ? maps().bytes[character] : -1;
}

void put_byte_level(std::string_view view, text::Span part, text::Rewriter& dst) {
  const Maps& map = maps();
  std::uint32_t kept = part.start;  // printable ASCII stays as it is
  for (std::uint32_t at = part.start; at < part.end; ++at) {
    const auto byte = static_cast<unsigned char>(view[at]);
    if (map.size[byte] == 1) continue;
    dst.keep(kept, at);
    dst.put(std::string_view(map.encoded[byte].data(), map.size[byte]), at);
    kept = at + 1;
  }
  dst.keep(kept, part.end);
}

void ByteLevel::split(Words& words) const {
  if (add_prefix_space_)
    words.prepend(" ", [](std::string_view word, std::uint32_t) { return !word.starts_with(' '); });
  const std::string_view view = words.text.view();
  if (use_regex_)
    words.each([&](text::Span word, std::vector<text::Span>& dst) {
      const std::string_view text = view.substr(0, word.end);
      for (std::size_t at = word.start; at < text.size();) {
        const std::size_t end = gpt2_word_end(text, at);
        dst.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end)});
        at = end;
      }
    });
  text::Rewriter rewriter(words.text);
  for (text::Span& word : words.spans) {
    const auto start = static_cast<std::uint32_t>(rewriter.size());
    put_byte_level(view, word, rewriter);
    word = {start, static_cast<std::uint32_t>(rewriter.size())};
  }
  rewriter.finish();
}

void ByteLevelDecoder::apply(std::vector<std::string>& tokens) const {
  std::string text;
  for (const std::string& token : tokens) {
    const std::size_t before = text.size();
    for (std::size_t at = 0; at < token.size();) {
      const int byte = byte_of(text::decode(token, at));
      if (byte < 0) {
        text.resize(before);
        text += token;
        break;
      }
      text.push_back(static_cast<char>(byte));
    }
  }
  text::repair(text);
  tokens.assign(1, std::move(text));
}

}  // namespace nlp::tokenizer
