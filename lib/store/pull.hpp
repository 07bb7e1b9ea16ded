// A model from a hub into the store.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "store/hub.hpp"
#include "store/selection.hpp"

namespace nlp::store {

// What a pull is to fetch.
struct PullPlan {
  ModelName name;
  std::string commit;
  std::vector<RemoteFile> files;

  std::uint64_t bytes() const;  // of files whose size the hub tells
};

struct PullProgress {
  std::string path;                    // the file that is being fetched
  std::size_t file = 0, files = 0;     // its number, from 1
  std::uint64_t bytes = 0, total = 0;  // of it; total 0: not known
};

struct PullOptions {
  std::filesystem::path cache;
  bool links =
      true;  // snapshots link to blobs; else, and where that cannot be, they hold the files
  std::function<void(const PullProgress&)> progress = [](const PullProgress&) {};  // may throw
};

// Asks the hub what there is.  Throws as Hub and select_files do.
PullPlan plan_pull(Hub& hub, const ModelName& name, const Patterns& patterns);

// Fetches what is not there yet, and returns the snapshot's folder.  The revision gets its name in
// refs/ once all files are there: until then it leads to the commit it was at.  Where nothing is to
// be done nothing is written, so that the store may be read-only.
// Throws as download() does; Error{io}.
std::filesystem::path pull(Hub& hub, const PullPlan& plan, const PullOptions& options);

}  // namespace nlp::store
