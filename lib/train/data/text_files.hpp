// The files that a corpus is made of.
#pragma once
#include <filesystem>
#include <span>
#include <vector>

namespace nlp::train {

// The regular files that `names` mean, in order: a file is itself, a directory all files below it,
// sorted by path; those whose names begin with a dot are left out, and links to directories are not
// followed.
// Throws Error{data} for a name that is not there or is neither, a directory without files, and a
// file that cannot be read or is compressed (gzip, xz, zstd, bzip2, zip).
std::vector<std::filesystem::path> text_files(std::span<const std::filesystem::path> names);

}  // namespace nlp::train
