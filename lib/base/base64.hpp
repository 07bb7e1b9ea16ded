// Base64 with padding.  Source: RFC 4648, section 4.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nlp {

// Appends the text of `bytes` to `dst`.
void append_base64(std::span<const std::byte> bytes, std::string& dst);

// Throws Error{data} `not base64 (…at character N)`.
std::vector<std::byte> decode_base64(std::string_view text);

}  // namespace nlp
