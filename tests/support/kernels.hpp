// Names that oneDNN gives its kernels.
#pragma once
#include <string>

namespace kernels {

// Compiled at run time: for the whole product (brg…) or upon oneDNN's own gemm.  Everything else,
// `ref` above all, is many times slower.  Other processors have other libraries' names.
inline bool is_fast(const std::string& name) {
#if defined(__x86_64__)
  return name.rfind("brg", 0) == 0 || name.rfind("gemm:jit", 0) == 0;
#else
  return name.find("ref") == std::string::npos;
#endif
}

}  // namespace kernels
