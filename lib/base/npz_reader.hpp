// Reads NumPy's archives of arrays: zip files of .npy files, stored or compressed.
#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/npy_reader.hpp"

namespace nlp {

// An array and the bytes it looks at.  Move-only.
struct NpzArray {
  NpzArray() = default;
  NpzArray(NpzArray&&) = default;
  NpzArray& operator=(NpzArray&&) = default;

  std::vector<std::byte> file;
  npy::Array array;  // a view into `file`
};
using NpzArrays = std::map<std::string, NpzArray, std::less<>>;

// All arrays of an archive by their names, which are the members' without `.npy`.
// Memory is taken as values come, and never for more than an array's header tells.
// Throws Error{data} `WHERE: rule`: the archive must be whole, its checksums right, its members
// .npy files of different names (as npy::read).
NpzArrays read_npz(std::span<const std::byte> bytes, const std::string& where);

}  // namespace nlp
