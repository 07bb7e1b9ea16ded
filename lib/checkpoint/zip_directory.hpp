// Where the members of a zip archive lie.
// Source: PKWARE's APPNOTE.TXT, sections 4.3 (records) and 4.5.3 (zip64).  libarchive reads members
// but does not tell where they lie, and weights are to stay where they are.
#pragma once
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace nlp::checkpoint {

// The bytes of each member by its path within the archive.
using ZipMembers = std::map<std::string_view, std::span<const std::byte>>;

// Whether bytes start like a zip archive.
bool is_zip(std::span<const std::byte> bytes);

// The members of an archive, as views into its bytes; checksums are not computed.
// Throws Error{model} `WHERE: rule`: the directory must be whole, members must lie within the file,
// be stored without compression and encryption, and have names of their own; one disk.
ZipMembers read_zip_directory(std::span<const std::byte> bytes, const std::string& where);

}  // namespace nlp::checkpoint
