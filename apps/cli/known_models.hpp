// The models that -m knows by name: those of the store, and those that come with nlp.
#pragma once
#include <string>
#include <vector>

#include "cli/model_store.hpp"
#include "store/cache.hpp"

namespace nlp::cli {

struct KnownModel {
  std::string name;          // without revision
  store::Snapshot snapshot;  // of a shipped one: no commit, no refs, files that are no links
  bool is_shipped = false;

  // What -m takes: `ORG/NAME`, with `@REVISION` where it is not at `main`.
  std::string full_name() const;
  // The revisions, else the first digits of the commit; "shipped".
  std::string revision() const;
};

// The store's, each at each commit that is kept of it; then the shipped ones.
std::vector<KnownModel> known_models(const Environment& environment);

// What the store has of `given`: all commits, or the one of the revision that is given.
// Throws Error{model} where that is nothing.
std::vector<store::Snapshot> stored_snapshots(const std::string& given,
                                              const Environment& environment);

}  // namespace nlp::cli
