#include "model/position_table.hpp"

#include <fmt/format.h>

#include <numeric>
#include <vector>

#include "base/error.hpp"
#include "checkpoint/checkpoint.hpp"
#include "model/config.hpp"
#include "model/family.hpp"
#include "model/sinusoids.hpp"

namespace nlp::model {
namespace {

tensor::Tensor computed(const Config& config) {
  std::vector<std::int32_t> positions(static_cast<std::size_t>(config.max_tokens));
  std::iota(positions.begin(), positions.end(), static_cast<std::int32_t>(config.first_position));
  auto table = tensor::Tensor::zeros({config.max_tokens, config.embedding_size});
  Sinusoids(config.embedding_size).add(positions, dnn::matrix(table));
  return table;
}

}  // namespace

tensor::Tensor position_table(const std::filesystem::path& directory) {
  const Config config = read_config(directory);
  const WeightNames& names = find_family(config.model_type, directory.string()).names;
  const auto checkpoint = checkpoint::Checkpoint::open(directory);
  const std::string plain = std::string(names.position_embeddings) + ".weight";
  const std::string name =
      checkpoint.find(plain) != nullptr ? plain : std::string(names.prefix) + plain;
  const bool has_table = !names.position_embeddings.empty() && config.position_rows > 0;
  if (config.sinusoidal_positions && checkpoint.find(name) == nullptr) return computed(config);
  if (!has_table || (checkpoint.find(name) == nullptr && !config.reformer.axis_rows.empty()))
    throw Error(Kind::model, fmt::format("{}: no table of positions ({} knows them by distances, "
                                         "rotations or parts); leave out -m for sinusoidal ones",
                                         directory.string(), config.model_type));
  const auto& view = checkpoint.require(name, {config.position_rows, config.embedding_size});
  tensor::Tensor table({config.max_tokens, config.embedding_size});
  tensor::to_f32(view, config.first_position * config.embedding_size, table.values());
  return table;
}

}  // namespace nlp::model
