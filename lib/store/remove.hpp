// Takes models out of the store.
#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include "store/cache.hpp"

namespace nlp::store {

// What goes when a model goes, at one revision or at all.
struct Removal {
  std::vector<Snapshot> snapshots;
  std::vector<std::filesystem::path> paths;  // files and folders, in the order they are removed
  std::uint64_t bytes = 0;                   // that the disk gets back
};

// Works out what is to go: with a revision its snapshot, the names of it, and the blobs that no
// other snapshot has; without, or where nothing would be left, all that is kept of the model.
// No snapshots: the store does not have it.
Removal plan_removal(const std::filesystem::path& cache, const ModelName& name);

// Throws Error{io}.
void remove(const Removal& removal);

}  // namespace nlp::store
