// Properties of code points, as the reference tokenizers have them: control, mark and punctuation
// classes of Unicode 8, lowercase of Unicode 17, all pinned in unicode_tables.hpp, whatever Unicode
// the system's utf8proc knows.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/aligned_text.hpp"

namespace nlp::text {

bool is_control(char32_t point);      // dropped by clean_text
bool is_nonspacing(char32_t point);   // Mn
bool is_punctuation(char32_t point);  // ASCII punctuation and P*
bool is_whitespace(char32_t point);   // White_Space
bool is_cjk(char32_t point);          // the ranges BERT puts spaces around, 2B920 included
bool is_word(char32_t point);         // \w: letters, marks, digits, connectors, join controls

bool is_mark(char32_t point);     // M*, as StripAccents has it
bool is_letter(char32_t point);   // \p{L}
bool is_number(char32_t point);   // \p{N}
bool is_numeric(char32_t point);  // N*, as Digits has it
// The script by number, as UnicodeScripts has it; 0 goes with every script.
int script_of(char32_t point);

// Lowercase of one code point without context: one code point, but two for U+0130.
struct Lower {
  char32_t first;
  char32_t second;  // 0: there is none
};
Lower lowercase(char32_t point);

enum class NormalForm : std::uint8_t { nfd, nfkd, nfc, nfkc };

// The normal form of valid UTF-8.  A decomposition's first code point has change 0, the others 1;
// what is composed has the sum of its parts, less one for each but the first.
// Source: Unicode Standard Annex 15; decompositions, classes and changes as the reference's.
void normal_form(std::string_view text, NormalForm form, std::vector<Change>& dst);

}  // namespace nlp::text
