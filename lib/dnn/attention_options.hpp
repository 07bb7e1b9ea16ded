// How attention is computed: what a Workspace is made with.
#pragma once
#include <cstdint>

namespace nlp::dnn {

enum class AttentionKernel {
  exact,      // a few queries at a time see all keys
  blocked,    // the same sums over blocks of keys, for long texts
  performer,  // approximate, in time linear in the tokens; see performer.hpp
};

struct AttentionOptions {
  AttentionKernel kernel = AttentionKernel::exact;
  // Random features of the performer, for each head.  Choromanski et al. 2021, arXiv:2009.14794,
  // theorem 4, ask for some D log D: 266 for D = 64.
  std::int64_t features = 256;
};

}  // namespace nlp::dnn
