// The one file that knows oneDNN 2 from oneDNN 3.  No room but this one sees a dnnl type.
#pragma once
#include <oneapi/dnnl/dnnl.hpp>
#include <string>

#include "base/error.hpp"

#if DNNL_CPU_THREADING_RUNTIME == DNNL_RUNTIME_OMP
// From the runtime that oneDNN itself uses; <omp.h> is the compiler's, which may be another one.
extern "C" {
int omp_get_max_threads(void);
void omp_set_num_threads(int);
}
#endif

namespace nlp::dnn::onednn {

// oneDNN 2 goes from an operation descriptor to the primitive descriptor, oneDNN 3 straight there.
template <class Primitive, class... Args>
typename Primitive::primitive_desc describe(const dnnl::engine& engine,
                                            const dnnl::primitive_attr& attr, const Args&... args) {
#if DNNL_VERSION_MAJOR >= 3
  return typename Primitive::primitive_desc(engine, args..., attr);
#else
  return typename Primitive::primitive_desc(typename Primitive::desc(args...), attr, engine);
#endif
}

inline void append_eltwise(dnnl::post_ops& ops, dnnl::algorithm algorithm, float alpha,
                           float beta) {
#if DNNL_VERSION_MAJOR >= 3
  ops.append_eltwise(algorithm, alpha, beta);
#else
  ops.append_eltwise(1.0f, algorithm, alpha, beta);
#endif
}

// How many threads primitives made and run by the calling thread may use.
inline void use_threads([[maybe_unused]] int threads) {
#if DNNL_CPU_THREADING_RUNTIME == DNNL_RUNTIME_OMP
  if (omp_get_max_threads() != threads) omp_set_num_threads(threads);
#endif
}

// How a matrix lies in memory, in words: what two descriptors of different layouts differ in.
inline std::string layout(const dnnl::memory::desc& desc) {
  std::string text = std::to_string(desc.get_size());
  const auto add = [&](const auto& values) {
    text += ';';
    for (const auto value : values) text += ' ' + std::to_string(value);
  };
#if DNNL_VERSION_MAJOR >= 3
  add(desc.get_dims());
  add(desc.get_padded_dims());
  add(desc.get_strides());
  add(desc.get_inner_blks());
  add(desc.get_inner_idxs());
  const auto type = static_cast<int>(desc.get_data_type());
  const auto kind = static_cast<int>(desc.get_format_kind());
#else
  const dnnl_memory_desc_t& data = desc.data;
  const auto list = [](const dnnl_dim_t* values, int count) {
    return dnnl::memory::dims(values, values + count);
  };
  const auto& blocking = data.format_desc.blocking;
  add(list(data.dims, data.ndims));
  add(list(data.padded_dims, data.ndims));
  add(list(blocking.strides, data.ndims));
  add(list(blocking.inner_blks, blocking.inner_nblks));
  add(list(blocking.inner_idxs, blocking.inner_nblks));
  const auto type = static_cast<int>(data.data_type);
  const auto kind = static_cast<int>(data.format_kind);
#endif
  return text + "; " + std::to_string(type) + ' ' + std::to_string(kind);
}

inline std::string isa_name() {
  switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::sse41:
      return "sse4.1";
    case dnnl::cpu_isa::avx:
      return "avx";
    case dnnl::cpu_isa::avx2:
      return "avx2";
    case dnnl::cpu_isa::avx2_vnni:
      return "avx2 vnni";
    case dnnl::cpu_isa::avx512_core:
      return "avx512";
    case dnnl::cpu_isa::avx512_core_vnni:
      return "avx512 vnni";
    case dnnl::cpu_isa::avx512_core_bf16:
      return "avx512 vnni bf16";
#if DNNL_VERSION_MAJOR >= 3
    case dnnl::cpu_isa::avx2_vnni_2:
      return "avx2 vnni bf16";
    case dnnl::cpu_isa::avx512_core_fp16:
      return "avx512 vnni bf16 fp16";
    case dnnl::cpu_isa::avx512_core_amx:
      return "avx512 vnni bf16 fp16 amx";
    case dnnl::cpu_isa::avx512_core_amx_fp16:
      return "avx512 vnni bf16 fp16 amx amx-fp16";
#else
    case dnnl::cpu_isa::avx512_core_amx:
      return "avx512 vnni bf16 amx";
#endif
    default:
      break;
  }
#if defined(__aarch64__)
  return "asimd";
#else
  return "sse, or one newer than this oneDNN";
#endif
}

// Runs `body` and turns what oneDNN throws into an Error.
template <class Body>
auto translate(const char* where, Body body) {
  try {
    return body();
  } catch (const dnnl::error& error) {
    const bool memory = error.status == dnnl_out_of_memory;
    throw Error(memory ? Kind::memory : Kind::internal,
                std::string(where) + ": oneDNN: " + error.message +
                    (memory ? "" : "; ONEDNN_VERBOSE=1 shows what it was asked for"));
  }
}

}  // namespace nlp::dnn::onednn
