// What the disk has before a file or a folder gets its name.
#pragma once
#include <filesystem>

namespace nlp {

// Lets the disk have the bytes of a file, or the names in a folder.  Throws Error{io}.
void sync(const std::filesystem::path& path);

// Renames, and lets the disk have the new name.  `from` is removed where that fails.
// Throws Error{io}.
void rename_synced(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace nlp
