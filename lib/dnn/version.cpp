#include "dnn/version.hpp"

#include <fmt/format.h>

#include "dnn/onednn.hpp"

namespace nlp::dnn {

std::string version_string() {
  const dnnl_version_t* version = dnnl_version();
  return fmt::format("{}.{}.{}", version->major, version->minor, version->patch);
}

std::string isa_name() { return onednn::isa_name(); }

}  // namespace nlp::dnn
