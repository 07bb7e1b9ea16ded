// Models put into a store as huggingface_hub lays them out.
#pragma once
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "store/cache.hpp"
#include "store/digest.hpp"

namespace stored_model {

namespace fs = std::filesystem;
using Files = std::map<std::string, std::string>;  // path in the model: bytes

inline void write(const fs::path& file, const std::string& bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
}

// Large files are named after SHA-256 and others after git's SHA-1; here `large` are the weights.
inline std::string digest(const fs::path& file, bool large) {
  return *nlp::store::digest_like(std::string(large ? 64 : 40, '0'), file);
}

// Adds a snapshot, and `ref` at it unless that is empty.
inline void add(const fs::path& cache, const std::string& repository, const std::string& commit,
                const Files& files, const std::string& ref = "main") {
  const fs::path folder = nlp::store::folder_of(cache, repository);
  for (const auto& [path, bytes] : files) {
    write(folder / "blobs/new", bytes);
    const std::string name = digest(folder / "blobs/new", path.ends_with(".safetensors"));
    fs::rename(folder / "blobs/new", folder / "blobs" / name);
    const fs::path link = folder / "snapshots" / commit / path;
    fs::create_directories(link.parent_path());
    fs::create_symlink((folder / "blobs" / name).lexically_relative(link.parent_path()), link);
  }
  if (!ref.empty()) write(folder / "refs" / ref, commit);
}

inline const std::string kFirst(40, 'a'), kSecond(40, 'b');

}  // namespace stored_model
