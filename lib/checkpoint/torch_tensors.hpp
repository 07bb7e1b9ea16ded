// The tensors that a pickle of torch describes, once it is known where its storages lie.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/pickle.hpp"
#include "checkpoint/tensors.hpp"
#include "checkpoint/torch_names.hpp"

namespace nlp::checkpoint {

// What a file of torch holds.  Tensors look at the file's bytes, but for those whose values do not
// lie in row-major order there: they look at `copies`.
struct TorchFile {
  Tensors tensors;
  std::vector<std::unique_ptr<std::byte[]>> copies;
};

// A storage as the pickle names it: ('storage', type, key, location, count[, view]).
struct StorageId {
  std::string_view key;
  ElementType type;
  std::uint64_t count = 0;  // elements of the whole storage
  // The elements that a view of it (the legacy form has such) takes; all of them else.
  std::uint64_t first = 0, taken = 0;
  std::uint64_t bytes() const { return count * type.bytes; }
};

// Reads the id of a persistent value.
// Throws Error{model} `WHERE: rule`; its bytes do not overflow and its view lies within.
StorageId read_storage_id(const PickleValue& persistent, const std::string& where);

// The bytes of whole storages by key; they are checked to be as many as an id says.
using Storages = std::map<std::string_view, std::span<const std::byte>>;

// The tensors of a state dict: the pickle's value, or what stands in it under `state_dict`,
// `model_state_dict` or `model` when it has no tensors itself.  Other entries are not looked at.
// Copies are made of tensors in another order, together at most `most_copied` bytes.
// Throws Error{model} `WHERE: NAME: rule` for a tensor that reaches beyond its storage, a storage
// that is not there, a name that stands twice, and a value that is no dict of tensors.
TorchFile read_state_dict(const PickleValue& value, const Storages& storages,
                          std::uint64_t most_copied, const std::string& where);

}  // namespace nlp::checkpoint
