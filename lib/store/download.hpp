// One file of a model into the store: whole, or not at all.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "store/hub.hpp"

namespace nlp::store {

// Of the file that is being downloaded; total 0: not known.  May throw.
using Received = std::function<void(std::uint64_t bytes, std::uint64_t total)>;

// A model of the cache that files are put into.
struct Place {
  std::filesystem::path cache;
  std::string repository, commit;
};

struct Blob {
  std::string name;
  bool is_new = false;  // this call has put it there
};

// Sees to it that the blob of a file is there.  Bytes wait in
// blobs/ETAG.incomplete, where a later call goes on with them; once the size is as told and the
// hash is what the name says, the disk has them and they get their name.  Another process that
// downloads the same waits, or is waited for.
// Throws Error{model} and Error{network} as Hub does, after retries; Error{network} where the bytes
// are not what the hub promised; Error{io}, also where the disk has no room.
Blob download(Hub& hub, const Place& place, const std::string& path, const Received& received);

}  // namespace nlp::store
