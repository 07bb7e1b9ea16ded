// One file of torch.save: pytorch_model.bin.
// Source: torch.serialization.  Since torch 1.6 a zip archive: NAME/data.pkl, the pickle, and
// NAME/data/KEY, the bytes of each storage.  Before that four pickles (magic number, version,
// system, object), one of the list of storage keys, and for each key a little-endian int64 count of
// elements and their bytes.
#pragma once
#include <cstddef>
#include <span>
#include <string>

#include "checkpoint/torch_tensors.hpp"

namespace nlp::checkpoint {

// The tensors of a file's bytes.  Tensors in row-major order are views into it; copies of others
// take together no more memory than the file has bytes.  Nothing that the pickle names is run.
// Throws Error{model} `WHERE: rule` for a file that is damaged, that names anything but plain
// tensors, or is of another form: TorchScript, the tar of the first versions of torch, big-endian.
TorchFile parse_torch_file(std::span<const std::byte> bytes, const std::string& where);

}  // namespace nlp::checkpoint
