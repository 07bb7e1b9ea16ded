#include "dnn/version.hpp"

#include <fmt/format.h>

#include "dnn/onednn.hpp"

namespace nlp::dnn {

std::string version_string() {
  const dnnl_version_t* version = dnnl_version();
  return fmt::format("{}.{}.{}", version->major, version->minor, version->patch);
}

std::string packing_name() {
  constexpr int kVersion = 2;  // of what Linear makes of weights: raised with any change
  return fmt::format("oneDNN {} {}, {}, packing {}", version_string(), dnnl_version()->hash,
                     isa_name(), kVersion);
}

std::string isa_name() { return onednn::isa_name(); }

}  // namespace nlp::dnn
