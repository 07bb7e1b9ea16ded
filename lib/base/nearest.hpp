// The names most like a given one, for `did you mean`.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nlp {

// Edits (insert, delete, replace, swap neighbours) from one text to the other.
// Source: Damerau-Levenshtein, optimal string alignment.
std::size_t edit_distance(std::string_view left, std::string_view right);

// At most `most` of the candidates, nearest first; ties keep the candidates' order.
std::vector<std::string> nearest(std::string_view name,
                                 std::span<const std::string_view> candidates, std::size_t most);

}  // namespace nlp
