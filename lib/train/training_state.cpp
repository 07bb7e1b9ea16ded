#include "train/training_state.hpp"

#include <fmt/format.h>

#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/mapped_file.hpp"
#include "checkpoint/safetensors.hpp"
#include "checkpoint/safetensors_writer.hpp"

namespace nlp::train {
namespace {

namespace fs = std::filesystem;

struct Part {
  const char* name;
  tensor::Tensor* values;
};

std::vector<Part> parts_of(Parameters& parameters) {
  Stretch &matrices = parameters.matrix_stretch(), &vectors = parameters.vector_stretch();
  return {{"matrices", &matrices.values},
          {"matrices.first_moments", &matrices.first_moments},
          {"matrices.second_moments", &matrices.second_moments},
          {"vectors", &vectors.values},
          {"vectors.first_moments", &vectors.first_moments},
          {"vectors.second_moments", &vectors.second_moments}};
}

constexpr const char *kMeta = "state", *kBestMatrices = "best.matrices",
                     *kBestVectors = "best.vectors";

[[noreturn]] void fail(const fs::path& file, std::string_view what) {
  throw Error(Kind::data,
              fmt::format("{}: {}; without --resume a new run begins", file.string(), what));
}

}  // namespace

void write_state(const fs::path& directory, const TrainingState& state, Parameters& parameters) {
  Json meta = {{"step", state.step},
               {"position", state.position},
               {"recipe", state.recipe},
               {"best_step", state.best_step},
               {"worse", state.worse}};
  if (state.best) meta["best"] = *state.best;
  const auto parts = parts_of(parameters);
  const std::string text = meta.dump();
  std::vector<checkpoint::TensorPlan> plans = {
      {kMeta, tensor::DType::u8, {static_cast<std::int64_t>(text.size())}}};
  for (const Part& part : parts)
    plans.push_back({part.name, tensor::DType::f32, {part.values->size()}});
  const std::pair<const char*, const std::vector<float>*> best[] = {
      {kBestMatrices, &state.best_matrices}, {kBestVectors, &state.best_vectors}};
  for (const auto& [name, values] : best)
    if (!values->empty())
      plans.push_back({name, tensor::DType::f32, {static_cast<std::int64_t>(values->size())}});
  checkpoint::SafetensorsWriter writer(directory / kStateFile, plans, {});
  writer.write(kMeta, 0, std::as_bytes(std::span(text)));
  for (const Part& part : parts) writer.write(part.name, 0, std::as_bytes(part.values->values()));
  for (const auto& [name, values] : best)
    if (!values->empty()) writer.write(name, 0, std::as_bytes(std::span(*values)));
  writer.commit();
}

void require_state(const fs::path& directory) {
  const fs::path file = directory / kStateFile;
  if (!fs::exists(file)) fail(file, "no state of a run to go on with");
}

void refuse_state(const fs::path& directory) {
  if (fs::exists(directory / kStateFile))
    throw Error(
        Kind::usage,
        fmt::format("{}: holds a run that was stopped; go on with it by --resume, or remove "
                    "its {}",
                    directory.string(), kStateFile));
}

TrainingState read_state(const fs::path& directory, Parameters& parameters) {
  require_state(directory);
  const fs::path file = directory / kStateFile;
  const MappedFile mapped(file);
  const auto tensors = checkpoint::parse_safetensors(mapped.bytes(), file.string());
  const auto find = [&](const char* name) -> const tensor::TensorView& {
    const auto found = tensors.find(name);
    if (found == tensors.end()) fail(file, fmt::format("no tensor {}", name));
    return found->second;
  };
  const tensor::TensorView& meta_bytes = find(kMeta);
  const std::string text(reinterpret_cast<const char*>(meta_bytes.data), meta_bytes.bytes());
  TrainingState state;
  try {
    const Json meta = Json::parse(text);
    state.step = meta.at("step").get<std::int64_t>();
    state.position = meta.at("position");
    state.recipe = meta.at("recipe");
    state.best_step = meta.at("best_step").get<std::int64_t>();
    state.worse = meta.value("worse", std::int64_t{0});
    if (meta.contains("best")) state.best = meta.at("best").get<double>();
  } catch (const Json::exception&) {
    fail(file, "its description is broken");
  }
  for (const Part& part : parts_of(parameters)) {
    const tensor::TensorView& view = find(part.name);
    if (view.dtype != tensor::DType::f32 || view.shape != tensor::Shape{part.values->size()})
      fail(file, fmt::format("{} of another model", part.name));
    std::memcpy(part.values->data(), view.data, view.bytes());
  }
  const auto read_best = [&](const char* name, const tensor::Tensor& like, std::vector<float>& to) {
    const auto found = tensors.find(name);
    if (found == tensors.end()) return;
    const tensor::TensorView& view = found->second;
    if (view.dtype != tensor::DType::f32 || view.shape != tensor::Shape{like.size()})
      fail(file, fmt::format("{} of another model", name));
    to.resize(static_cast<std::size_t>(like.size()));
    std::memcpy(to.data(), view.data, view.bytes());
  };
  read_best(kBestMatrices, parameters.matrix_stretch().values, state.best_matrices);
  read_best(kBestVectors, parameters.vector_stretch().values, state.best_vectors);
  parameters.round_all();
  return state;
}

void check_recipe(const Json& then, const Json& now, const fs::path& directory) {
  for (const auto& [key, value] : now.items())
    if (!then.contains(key) || then.at(key) != value)
      throw Error(
          Kind::usage,
          fmt::format("{}: the run began with {} {}, not {}; give the same to --resume it",
                      directory.string(), key,
                      then.contains(key) ? then.at(key).dump() : "otherwise", value.dump()));
}

}  // namespace nlp::train
