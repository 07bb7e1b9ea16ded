// Rows for people: columns that stand one below the other.
#pragma once
#include <string>
#include <vector>

namespace nlp::cli {

// One line for each row, two spaces between columns, none at the end.  Columns are as wide as their
// widest cell in code points; those of `right` stand flush right.
std::string aligned(const std::vector<std::vector<std::string>>& rows,
                    const std::vector<std::size_t>& right = {});

}  // namespace nlp::cli
