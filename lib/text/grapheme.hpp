// Extended grapheme clusters: what a reader takes for one character.
#pragma once
#include <cstddef>
#include <string_view>

namespace nlp::text {

// The bytes of the cluster of `text` (valid UTF-8) that starts at `at`, which is a border.
// Exact for clusters of fewer than six bytes, which is all that tokenizers ask for; longer ones of
// emoji, flags and Indic conjuncts may be given in parts of six bytes and more.
// Source: Unicode Standard Annex 29; classes as the reference's.
std::size_t cluster_size(std::string_view text, std::size_t at);

}  // namespace nlp::text
