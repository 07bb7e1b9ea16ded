// What computes: oneDNN's version and the instruction set that it uses on this machine.
#pragma once
#include <string>

namespace nlp::dnn {

std::string version_string();  // "2.6.3"
// What decides how weights are packed, besides a layer's own numbers: names no two ways alike.
std::string packing_name();
std::string isa_name();  // "avx512 vnni bf16", "avx2", "asimd"; obeys ONEDNN_MAX_CPU_ISA

}  // namespace nlp::dnn
