// Whole files of plain text in memory, for what reads them several times.
#pragma once
#include <string>
#include <vector>

#include "cli/messages.hpp"

namespace nlp::cli {

// The lines of all files (`-` is stdin) as valid UTF-8, without their newlines; empty ones are left
// out.  What is no UTF-8 becomes U+FFFD, counted in a warning.
// Throws Error{data} where a file cannot be read.
std::vector<std::string> read_text_lines(const std::vector<std::string>& files,
                                         const Messages& messages);

}  // namespace nlp::cli
