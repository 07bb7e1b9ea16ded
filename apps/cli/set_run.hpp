// Runs a model over all items of a set, on all threads.
#pragma once
#include <algorithm>
#include <cstddef>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/cli.hpp"
#include "cli/opened.hpp"
#include "train/data/parallel.hpp"
#include "train/data/place.hpp"

namespace nlp::cli {

// What make() returns; an Error{data} gets the record's place put before it.
template <class Set, class Make>
auto at_place(const Set& set, train::Place place, Make make) {
  try {
    return make();
  } catch (const Error& error) {
    if (error.kind() != Kind::data) throw;
    throw train::error_at(set.files, place, error.what());
  }
}

// Calls body(first, last, workspace) for parts [first, last) of [0, count), in any order; a
// workspace serves one part at a time.  What body writes for an item must depend on the item alone.
template <class Body>
void for_each_part(std::size_t count, const model::Model& model, const ComputeOptions& compute,
                   Progress& progress, Body body) {
  constexpr std::size_t kPart = 32;
  std::mutex mutex;
  std::vector<model::WorkspacePtr> idle;
  const auto take = [&] {
    const std::scoped_lock lock(mutex);
    if (idle.empty()) return model.workspace(compute.run_options(1));
    auto workspace = std::move(idle.back());
    idle.pop_back();
    return workspace;
  };
  const auto part = [&](std::size_t number) {
    auto workspace = take();
    const std::size_t first = number * kPart, last = std::min(count, first + kPart);
    body(first, last, *workspace);
    const std::scoped_lock lock(mutex);
    idle.push_back(std::move(workspace));
    progress.add(last - first);
  };
  train::for_each_item((count + kPart - 1) / kPart, compute.threads(), part, 1);
}

}  // namespace nlp::cli
