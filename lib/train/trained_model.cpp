#include "train/trained_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/synced.hpp"
#include "checkpoint/checkpoint.hpp"
#include "checkpoint/safetensors_writer.hpp"
#include "dnn/device.hpp"
#include "model/family.hpp"
#include "model/int8_mark.hpp"

namespace nlp::train {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConfig = "config.json";
constexpr const char* kWeights = "model.safetensors";
// The reference's initializer_range.
constexpr float kSpread = 0.02f;

// Normal numbers by the Box-Muller transform; `record` tells parameters apart.
void fill_normal(std::uint64_t seed, std::uint64_t record, float spread, std::span<float> dst) {
  const Random random(seed, record);
  for (std::size_t k = 0; k < dst.size(); k += 2) {
    const auto at = static_cast<std::uint32_t>(k / 2);
    const double radius = std::sqrt(-2 * std::log(1 - random.uniform(at, 0))),
                 angle = 2 * std::numbers::pi * random.uniform(at, 1);
    dst[k] = spread * static_cast<float>(radius * std::cos(angle));
    if (k + 1 < dst.size()) dst[k + 1] = spread * static_cast<float>(radius * std::sin(angle));
  }
}

std::string module_of(const std::string& tensor) { return tensor.substr(0, tensor.rfind('.')); }

// "BertForMaskedLM" -> "Bert": what the classes of a family begin with.
std::string class_prefix(const model::Config& config, const model::Family& family) {
  if (!family.class_name.empty()) return std::string(family.class_name);
  for (const std::string& name : config.architectures)
    for (const char* const ending : {"For", "Model"})
      if (const auto at = name.find(ending); at != std::string::npos) return name.substr(0, at);
  return "Bert";
}

const char* class_ending(std::optional<model::Head> head) {
  if (!head) return "Model";
  switch (*head) {
    case model::Head::masked_lm:
      return "ForMaskedLM";
    case model::Head::token_classification:
      return "ForTokenClassification";
    case model::Head::sequence_classification:
      return "ForSequenceClassification";
    case model::Head::question_answering:
      return "ForQuestionAnswering";
    case model::Head::next_sentence:
    case model::Head::replaced_token:
      break;
  }
  return "Model";
}

bool is_classifier(std::optional<model::Head> head) {
  return head && (*head == model::Head::token_classification ||
                  *head == model::Head::sequence_classification);
}

bool is_last_layer(const model::WeightNames& names, const std::string& module) {
  return module == names.token_classifier || module == names.sequence_classifier;
}

// Names of a checkpoint's tensors behind the encoder's prefix, whether it has one or not.
std::string found_name(const checkpoint::Checkpoint& source, const model::WeightNames& names,
                       const Parameter& parameter) {
  if (!parameter.encoder) return parameter.name;
  const std::string prefixed = std::string(names.prefix) + parameter.name;
  return source.find(prefixed) ? prefixed : parameter.name;
}

// The config of a model's first layers.  Source: Sanh et al. 2019, arXiv:1910.01108, section 3,
// which begins a small model with layers of a large one.
model::Config first_layers(model::Config config, std::int64_t layers, const fs::path& source) {
  if (layers == 0 || layers == config.layers) return config;
  if (layers > config.layers)
    throw Error(Kind::usage, fmt::format("--layers {}: {} has {} (expected at most so many)",
                                         layers, source.string(), config.layers));
  // Weights that all layers share are run less often; groups of them would change their places.
  if (config.layer_groups > 1)
    throw Error(Kind::usage, fmt::format("--layers {}: the layers of {} share their weights in {} "
                                         "groups, which cannot be cut",
                                         layers, source.string(), config.layer_groups));
  config.layers = layers;
  const auto cut = [&](auto& of_layers) {
    if (!of_layers.empty()) of_layers.resize(static_cast<std::size_t>(layers));
  };
  cut(config.reach);
  cut(config.rotary_bases);
  return config;
}

}  // namespace

TrainedModel::TrainedModel(const ModelPlan& plan)
    : plan_(plan),
      config_(first_layers(model::read_config(plan.source), plan.layers, plan.source)),
      family_(&model::find_family(config_.model_type, plan.source.string())),
      parameters_(plan.type) {
  if (plan.type != dnn::ComputeType::f32 && dnn::Device(plan.type).used() != plan.type)
    throw Error(Kind::usage,
                fmt::format("--dtype {}: this machine has no fast products of it; give "
                            "--dtype f32",
                            dnn::name_of(plan.type)));
  if (!plan.labels.empty()) config_.labels = plan.labels;
  if (plan.problem) config_.problem = *plan.problem;
  std::optional<checkpoint::Checkpoint> source;
  if (!plan.fresh) source = checkpoint::Checkpoint::open(plan.source);
  const auto& parts = family_->names;
  const auto has = [&](bool encoder, const std::string& name) {
    return source &&
           source->find(found_name(*source, parts, {name, encoder, {}, false})) != nullptr;
  };
  const auto bias_of = [&](bool encoder) -> std::function<bool(const std::string&)> {
    if (!config_.optional_biases) return nullptr;
    // A module that begins at random has none, but for those at the very end.
    return [&, encoder](const std::string& module) {
      if (has(encoder, module + ".weight")) return has(encoder, module + ".bias");
      return module == parts.token_classifier || module == parts.sequence_classifier ||
             module == parts.question_answering;
    };
  };
  const LayerNames of_encoder(parameters_, true, bias_of(true)),
      of_head(parameters_, false, bias_of(false));
  encoder_ = std::make_unique<Encoder>(config_, *family_, of_encoder);
  if (plan.head) {
    const bool own_decoder = *plan.head == model::Head::masked_lm && !config_.tie_word_embeddings;
    // The decoder's own bias; the other name is tied to it where the decoder is tied.
    const std::string own_bias = std::string(parts.lm_decoder) + ".bias";
    head_.emplace(
        *plan.head, config_, *family_, of_head, of_encoder,
        HeadTies{encoder_->word_table(), !own_decoder,
                 own_decoder && has(false, own_bias) ? own_bias : std::string(parts.lm_bias)});
  }
  parameters_.allocate();
  read_numbers(plan);
  parameters_.round_all();
}

void TrainedModel::read_numbers(const ModelPlan& plan) {
  std::optional<checkpoint::Checkpoint> source;
  if (!plan.fresh) source = checkpoint::Checkpoint::open(plan.source);
  std::uint64_t record = 0;
  std::set<std::string> begun;
  for (const Parameter& parameter : parameters_.all()) {
    ++record;
    const tensor::TensorView* view =
        source ? source->find(found_name(*source, family_->names, parameter)) : nullptr;
    const bool renewed = plan.new_classifier && !parameter.encoder &&
                         is_last_layer(family_->names, module_of(parameter.name));
    if (view && view->shape == parameter.shape && !renewed) {
      tensor::to_f32(*view, 0, parameters_.values(parameter));
      continue;
    }
    const bool tied_words = source && parameter.first == encoder_->word_table() &&
                            parameter.matrix && parameter.encoder;
    if (tied_words && !view) {
      const auto& other =
          source->require(std::string(family_->names.lm_decoder) + ".weight", parameter.shape);
      tensor::to_f32(other, 0, parameters_.values(parameter));
      continue;
    }
    if (source && parameter.encoder &&
        !(parameter.name.starts_with(family_->names.pooler) && !family_->names.pooler.empty()))
      source->require(found_name(*source, family_->names, parameter), parameter.shape);
    if (parameter.matrix) fill_normal(plan.seed, record, kSpread, parameters_.values(parameter));
    begun.insert(module_of(parameter.name));
  }
  if (source) begun_.assign(begun.begin(), begun.end());
  if (source && !plan.head) keep_pooler(*source);
}

// The encoder alone has a pooler in the reference, which vectors of texts do not pass through.
void TrainedModel::keep_pooler(const checkpoint::Checkpoint& source) {
  if (family_->names.pooler.empty()) return;
  for (const char* const part : {".weight", ".bias"}) {
    const std::string name = std::string(family_->names.pooler) + part;
    const tensor::TensorView* view =
        source.find(found_name(source, family_->names, {name, true, {}, false}));
    if (!view) continue;
    tensor::Tensor values(view->shape);
    tensor::to_f32(*view, 0, values.values());
    kept_.emplace_back(name, std::move(values));
  }
}

void TrainedModel::freeze(std::int64_t layers) {
  encoder_->freeze(layers);
  if (head_ && head_->last().weights == encoder_->word_table()) head_->freeze_last();
  const model::WeightNames& names = family_->names;
  std::vector<std::string> frozen;
  for (const std::string_view part :
       {names.word_embeddings, names.position_embeddings, names.type_embeddings,
        names.embeddings_norm, names.embeddings_projection})
    if (!part.empty()) frozen.push_back(std::string(part) + ".");
  const std::string layer = std::string(names.layer.substr(0, names.layer.find("{}")));
  for (std::int64_t k = 0; k + 1 < layers; ++k) frozen.push_back(fmt::format("{}{}.", layer, k));
  for (Parameter& parameter : parameters_.all())
    parameter.trained = !(parameter.encoder && std::ranges::any_of(frozen, [&](const auto& name) {
                            return parameter.name.starts_with(name);
                          }));
}

std::string TrainedModel::tensor_name(const Parameter& parameter) const {
  return parameter.encoder && plan_.head ? std::string(family_->names.prefix) + parameter.name
                                         : parameter.name;
}

Json TrainedModel::written_config() const {
  Json config = read_json(plan_.source / kConfig);
  config["architectures"] =
      Json::array({class_prefix(config_, *family_) + class_ending(plan_.head)});
  config.erase("torch_dtype");
  config["dtype"] = "float32";
  config.erase(std::string(model::kQuantization));
  config[std::string(family_->keys.layers)] = config_.layers;
  if (const auto kinds = config.find("layer_types"); kinds != config.end() && kinds->is_array())
    while (kinds->size() > static_cast<std::size_t>(config_.layers))
      kinds->erase(kinds->size() - 1);
  if (!is_classifier(plan_.head)) return config;
  Json by_id = Json::object(), by_label = Json::object();
  for (std::size_t k = 0; k < config_.labels.size(); ++k) {
    by_id[std::to_string(k)] = config_.labels[k];
    by_label[config_.labels[k]] = k;
  }
  config["id2label"] = by_id;
  config["label2id"] = by_label;
  config.erase("num_labels");
  if (*plan_.head == model::Head::sequence_classification)
    config["problem_type"] =
        config_.problem == model::Problem::multi_label  ? "multi_label_classification"
        : config_.problem == model::Problem::regression ? "regression"
                                                        : "single_label_classification";
  return config;
}

void TrainedModel::write(const fs::path& directory) const {
  std::vector<checkpoint::TensorPlan> plans;
  for (const Parameter& parameter : parameters_.all())
    plans.push_back({tensor_name(parameter), tensor::DType::f32, parameter.shape});
  for (const auto& [name, values] : kept_)
    plans.push_back({name, tensor::DType::f32, values.shape()});
  checkpoint::SafetensorsWriter writer(directory / kWeights, plans, {{"format", "pt"}});
  for (const Parameter& parameter : parameters_.all())
    writer.write(tensor_name(parameter), 0, std::as_bytes(parameters_.values(parameter)));
  for (const auto& [name, values] : kept_) writer.write(name, 0, std::as_bytes(values.values()));
  writer.commit();
  write_synced(directory / kConfig, written_config().dump(2) + "\n");
}

}  // namespace nlp::train
