// Where the packed weights of a model's parts are kept.  A part, the encoder or a head, is a
// section: it is packed when it is first needed, and has a file of its own in the cache.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/byte_store.hpp"
#include "checkpoint/checkpoint.hpp"
#include "checkpoint/packed_cache.hpp"
#include "dnn/device.hpp"
#include "model/run_options.hpp"

namespace nlp::model {

class Sections {
 public:
  // Without a cache where options.cache is empty or cannot be used, where the checkpoint has no
  // identity, or where it is so small that packing it is as quick as opening a file.
  Sections(const OpenOptions& options, const checkpoint::Checkpoint& checkpoint,
           const dnn::Device& device);

  // The store of one section.  Thread-safe; it may not outlive the Sections.
  std::unique_ptr<ByteStore> open(const std::string& section) const;

 private:
  std::optional<checkpoint::PackedCache> cache_;
  std::string key_, origin_;
  std::function<void(const std::string&)> tell_;
};

// A part and what its layers look at.
template <class Part>
struct Stored {
  std::unique_ptr<ByteStore> store;
  Part part;
};

// read(store) makes the part of layers that keep their weights there.
template <class Read>
auto read_section(const Sections& sections, const std::string& section, Read read) {
  auto store = sections.open(section);
  auto part = read(*store);
  store->finish();
  return Stored<decltype(part)>{std::move(store), std::move(part)};
}

}  // namespace nlp::model
