// Files as people name them in a legend.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace nlp::cli {

// Valid UTF-8 without control characters: what is none becomes U+FFFD.
std::string displayable(std::string_view text);

// The file's name without folder and extension; the whole path for files whose names are equal,
// `stdin` for `-`.  Longer than 40 characters it is cut in front.  All are displayable().
std::vector<std::string> display_names(const std::vector<std::string>& files);

}  // namespace nlp::cli
