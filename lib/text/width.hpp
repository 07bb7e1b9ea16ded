// How wide a text is on a terminal: a fixed grid of columns.
#pragma once
#include <string>
#include <string_view>

namespace nlp::text {

// Columns of a text (valid UTF-8): two for a wide character (Chinese, emoji), none for a mark that
// stands on another.  Source: Unicode Standard Annex 11, East Asian Width; the ambiguous are
// narrow.
int columns_of(std::string_view text);

// The text where it has at most so many columns (>= 1); else as many characters of it as leave one
// for the "…" behind them.
std::string cut_to_columns(std::string_view text, int columns);

}  // namespace nlp::text
