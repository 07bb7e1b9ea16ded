// One safetensors file.
// Source: the format page of huggingface/safetensors.  A little-endian u64 N, N bytes of JSON
// (which may be padded with spaces), then the data; each entry has dtype, shape and data_offsets
// counted from the end of the header.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "checkpoint/tensors.hpp"

namespace nlp::checkpoint {

// The tensors of a file's bytes, as views into them.  Every rule is enforced: header at most
// 100,000,000 bytes, starting with `{`; no key twice; `__metadata__` of strings only; known types;
// sizes equal to shape times type without overflow; the data one run without hole or overlap, that
// ends where the file ends.
// Throws Error{model} `WHERE: rule`.
Tensors parse_safetensors(std::span<const std::byte> bytes, const std::string& where);

// The format's name of a type, "F32"; empty where it has none.
std::string_view safetensors_name(tensor::DType dtype);

}  // namespace nlp::checkpoint
