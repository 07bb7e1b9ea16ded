// What a blob is named after: the hash of its bytes, computed by OpenSSL.
// Source: git's hash of a file ("blob SIZE\0" and its bytes, SHA-1), Git LFS (SHA-256).
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace nlp::store {

// Called with how many bytes have been read since the last time; may throw.
using BytesRead = std::function<void(std::uint64_t bytes)>;

// The digest of a file, in the form that `etag` has, lower case: SHA-256 for 64 hexadecimal digits,
// git's SHA-1 for 40.  Absent for a name of another form, which tells nothing of the bytes.
// Throws Error{io} where the file cannot be read.
std::optional<std::string> digest_like(
    std::string_view etag, const std::filesystem::path& file,
    const BytesRead& progress = [](std::uint64_t) {});

}  // namespace nlp::store
