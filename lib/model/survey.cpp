#include "model/survey.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include "checkpoint/checkpoint.hpp"
#include "model/decoder.hpp"
#include "model/family.hpp"
#include "model/heads.hpp"
#include "model/probe.hpp"
#include "model/weights.hpp"

namespace nlp::model {
namespace {

// Buffers of positions and the like are no parameters.
bool is_float(const tensor::TensorView& view) {
  using tensor::DType;
  return view.dtype == DType::f32 || view.dtype == DType::f16 || view.dtype == DType::bf16 ||
         view.dtype == DType::f64 || view.row_scales != nullptr;
}

}  // namespace

Survey survey(const std::filesystem::path& directory) {
  Survey survey;
  survey.config = read_config(directory);
  const Family& family = find_family(survey.config.model_type, directory.string());
  const auto checkpoint = checkpoint::Checkpoint::open(directory);
  const dnn::Device device;
  const Weights weights(checkpoint, device, family.names.prefix, probe_of(family.names),
                        survey.config);
  std::ranges::copy_if(kHeads, std::back_inserter(survey.heads), [&](Head head) {
    return has_head(head, survey.config, family.names, weights);
  });
  survey.has_decoder = has_decoder(survey.config, family, weights);
  std::set<const std::byte*> seen;  // files of torch name a tied table twice
  for (const auto name : checkpoint.names()) {
    const tensor::TensorView& view = *checkpoint.find(name);
    if (!is_float(view) || view.bytes() == 0 || !seen.insert(view.data).second) continue;
    const auto values = static_cast<std::uint64_t>(tensor::count(view.shape));
    survey.parameters += values;
    survey.types[std::string(tensor::name_of(view.dtype))] += values;
  }
  survey.bytes = checkpoint.bytes();
  return survey;
}

}  // namespace nlp::model
