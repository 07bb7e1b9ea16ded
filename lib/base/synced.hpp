// What the disk has before a file or a folder gets its name.
#pragma once
#include <filesystem>
#include <string_view>

namespace nlp {

// Lets the disk have the bytes of a file, or the names in a folder.  Throws Error{io}.
void sync(const std::filesystem::path& path);

// Renames, and lets the disk have the new name.  `from` is removed where that fails.
// Throws Error{io}.
void rename_synced(const std::filesystem::path& from, const std::filesystem::path& to);

// A name beside `file` that no other thread or process uses, for what will take its place.
std::filesystem::path name_beside(const std::filesystem::path& file);

// Writes a file that is there whole or not at all, whoever else writes it.  Throws Error{io}.
void write_synced(const std::filesystem::path& file, std::string_view text);

}  // namespace nlp
