// Whether the files of the store still are what was downloaded.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/cache.hpp"
#include "store/digest.hpp"

namespace nlp::store {

struct Fault {
  std::string path;  // in the snapshot
  std::string what;  // "damaged (…)", "missing (…)"
};

struct Verified {
  std::uint64_t checked = 0;    // files whose hash was computed
  std::uint64_t unchecked = 0;  // files that are stored under no hash
  std::vector<Fault> faults;
};

// Hashes each blob once, however many snapshots have it.
class Verifier {
 public:
  // Throws Error{io} where a file cannot be read; what `progress` throws.
  Verified verify(const Snapshot& snapshot, const BytesRead& progress);

 private:
  // By path of a blob: the digest it has; absent: its name is none.
  std::map<std::string, std::optional<std::string>> digests_;
};

}  // namespace nlp::store
