#include "store/verify.hpp"

#include <fmt/format.h>

namespace nlp::store {

namespace fs = std::filesystem;

Verified Verifier::verify(const Snapshot& snapshot, const BytesRead& progress) {
  Verified result;
  for (const StoredFile& file : snapshot.files) {
    if (!file.bytes) {
      result.faults.push_back({file.path, fmt::format("missing (blob {})", file.blob)});
      continue;
    }
    const fs::path blob = fs::canonical(snapshot.path / file.path);
    auto known = digests_.find(blob);
    if (known == digests_.end())
      known = digests_.emplace(blob, digest_like(file.blob, blob, progress)).first;
    if (!known->second) {
      ++result.unchecked;
      continue;
    }
    ++result.checked;
    if (*known->second != file.blob)
      result.faults.push_back(
          {file.path, fmt::format("damaged (expected {}, got {})", file.blob, *known->second)});
  }
  return result;
}

}  // namespace nlp::store
