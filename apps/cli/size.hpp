// Sizes in bytes as people write them: 500, 64K, 1.5G, 2GiB.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/app.hpp"

namespace nlp::cli {

// K, M, G, T are powers of 1024, also as KiB or KB.  Absent where the text is no size.
std::optional<std::uint64_t> parse_size(std::string_view text);

// Bytes as people read them, in powers of 1000 as disks are sold: "612 B", "90.9 MB".
std::string size_text(std::uint64_t bytes);

Option* add_size(App& app, const std::string& names, std::uint64_t& value,
                 const std::string& description);

}  // namespace nlp::cli
