// NumPy's files as what a command reads and writes whole: arrays, weights, results.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "tensor/named_tensors.hpp"

namespace nlp::cli {

// The array of FILE: a .npy file, or the only array of a .npz file; `-` is either on stdin;
// FILE.npz:NAME is one of several.
// As float32 in row-major order.
// Throws Error{data}; NothingToRead where stdin is a terminal.
tensor::Tensor read_tensor(const std::string& file);

// The numbers that a mask adds to scores, for FILE likewise: floats as they are; bool and integers
// become 0 and -infinity, the latter for what is `hidden`: true (not zero), or false.
tensor::Tensor read_mask(const std::string& file, bool hidden);

// All arrays of a .npz file.  Throws Error{model}.
tensor::NamedTensors read_weights(const std::string& file);

struct ResultArray {
  std::string name;
  tensor::Tensor values;
};

// The formats of these commands: npz, text (names, shapes and rows, for people; on a terminal the
// default), jsonl (an object of nested lists).
OutputOptions::Spec array_formats();
void write_results(const OutputOptions& output, const std::vector<ResultArray>& results);

}  // namespace nlp::cli
