#include "cli/layers.hpp"

#include <fmt/format.h>

#include <charconv>
#include <set>
#include <sstream>

#include "base/error.hpp"

namespace nlp::cli {

std::vector<std::int64_t> parse_layers(const std::string& text, std::int64_t layers) {
  std::set<std::int64_t> found;
  if (text == "all") {
    for (std::int64_t layer = 0; layer <= layers; ++layer) found.insert(layer);
    return {found.begin(), found.end()};
  }
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ',');) {
    std::int64_t layer = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), layer);
    const bool whole = error == std::errc() && end == word.data() + word.size();
    if (!whole || layer > layers || layer < -(layers + 1))
      throw Error(Kind::usage,
                  fmt::format("--layers: no layer (expected all, or numbers from {} to "
                              "{}, got {})",
                              -(layers + 1), layers, word));
    found.insert(layer < 0 ? layer + layers + 1 : layer);
  }
  if (found.empty()) throw Error(Kind::usage, "--layers: names no layer");
  return {found.begin(), found.end()};
}

}  // namespace nlp::cli
