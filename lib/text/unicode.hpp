// Properties of code points, as the reference tokenizers have them: control, mark and punctuation
// classes of Unicode 8, lowercase of Unicode 17, all pinned in unicode_tables.hpp, whatever Unicode
// the system's utf8proc knows.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace nlp::text {

bool is_control(char32_t point);      // dropped by clean_text
bool is_nonspacing(char32_t point);   // Mn
bool is_punctuation(char32_t point);  // ASCII punctuation and P*
bool is_whitespace(char32_t point);   // White_Space
bool is_cjk(char32_t point);          // the ranges BERT puts spaces around, 2B920 included
bool is_word(char32_t point);         // \w: letters, marks, digits, connectors, join controls

// Lowercase of one code point without context: one code point, but two for U+0130.
struct Lower {
  char32_t first;
  char32_t second;  // 0: there is none
};
Lower lowercase(char32_t point);

// A code point of a normal form, and how it came: `change` 0 stands for the next original code
// point, 1 was added behind it.
struct Changed {
  char32_t point;
  int change;
};

// Canonical decomposition (NFD) with marks in canonical order.
// Source: Unicode Standard Annex 15; decompositions and classes as the reference's.
void decompose(const std::u32string& text, std::vector<Changed>& dst);

}  // namespace nlp::text
