#include "task/rerank.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "base/error.hpp"
#include "base/json.hpp"

namespace nlp::task {
namespace {
namespace fs = std::filesystem;

struct NamedActivation {
  std::string_view name;  // PyTorch's class
  ScoreActivation function;
};
constexpr NamedActivation kActivations[] = {
    {"torch.nn.modules.linear.Identity", [](double x) { return x; }},
    {"torch.nn.modules.activation.Sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); }},
    {"torch.nn.modules.activation.Tanh", [](double x) { return std::tanh(x); }},
    {"torch.nn.modules.activation.ReLU", [](double x) { return std::max(x, 0.0); }},
};

[[noreturn]] void refuse(const fs::path& file, const std::string& what) {
  throw Error(Kind::model, fmt::format("{}: {}", file.string(), what));
}

// The member of an object; nullptr where it is absent, null, or there is no object.
const Json* find(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

// The same of a text; empty where there is none.
std::string find_text(const Json& object, const char* key) {
  const Json* value = find(object, key);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

// An empty object where there is no such file.
Json read_if_there(const fs::path& file) {
  std::error_code ignored;
  return fs::exists(file, ignored) ? read_json(file) : Json::object();
}

ScoreActivation activation_named(const fs::path& file, const Json& name) {
  if (!name.is_string()) refuse(file, "the activation function is not a string");
  const auto row = std::ranges::find(kActivations, name.get<std::string>(), &NamedActivation::name);
  if (row != std::end(kActivations)) return row->function;
  std::string known;
  for (const NamedActivation& named : kActivations)
    known += fmt::format("{}{}", known.empty() ? "" : ", ", named.name);
  refuse(file, fmt::format("activation function {} is not supported (known: {})",
                           name.get<std::string>(), known));
}

void check_modules(const fs::path& file) {
  const Json modules = read_if_there(file);
  if (modules.is_object() && modules.empty()) return;
  if (!modules.is_array()) refuse(file, "no list of modules");
  for (const Json& module : modules) {
    const std::string type = find_text(module, "type");
    if (&module != &modules.front() || type.substr(type.rfind('.') + 1) != "Transformer" ||
        !find_text(module, "path").empty())
      refuse(file, fmt::format("module {} is not supported in a cross-encoder (expected one "
                               "Transformer, in the same directory)",
                               type));
  }
}

}  // namespace

ScoreActivation read_score_activation(const fs::path& directory) {
  check_modules(directory / "modules.json");
  const fs::path whole = directory / "config_sentence_transformers.json";
  const Json settings = read_if_there(whole);
  if (!find_text(settings, "default_prompt_name").empty())
    refuse(whole, "default_prompt_name is not supported in a cross-encoder");
  if (const Json* name = find(settings, "activation_fn")) return activation_named(whole, *name);

  const fs::path file = directory / "config.json";
  const Json config = read_json(file);
  if (const Json* section = find(config, "sentence_transformers"))
    if (const Json* name = find(*section, "activation_fn")) return activation_named(file, *name);
  if (const Json* name = find(config, "sbert_ce_default_activation_function"))
    return activation_named(file, *name);
  return activation_named(file, "torch.nn.modules.activation.Sigmoid");
}

Reranker::Reranker(const model::Model& model, const tokenizer::Tokenizer& tokenizer,
                   ScoreActivation activation, const FitOptions& options)
    : model_(model),
      tokenizer_(tokenizer),
      activation_(activation),
      options_(options),
      limit_(input_limit(model, tokenizer.max_length(), options)) {
  model.require(model::Head::sequence_classification);
  const auto& labels = model.config().labels;
  if (labels.size() != 1)
    throw Error(Kind::model,
                fmt::format("no cross-encoder that ranks (expected one label, the relevance; got "
                            "{}: {}); for labels of pairs use nlp classify --all",
                            labels.size(), fmt::join(labels, ", ")));
}

SplitInput Reranker::prepare(std::string_view query, std::string_view text) const {
  auto encoding = tokenizer_.encode(query, text);
  return split_input(encoding, limit_, options_, WindowedText::pair);
}

std::vector<double> Reranker::operator()(std::span<const SplitInput> pairs,
                                         model::Workspace& workspace) const {
  std::vector<double> scores(pairs.size(), -std::numeric_limits<double>::infinity());
  tensor::Tensor logits;
  run_pieces(model_, pairs, {.sequence = true}, options_.batch_tokens, workspace,
             [&](std::span<const PlacedPiece> places, const model::Encoded& encoded) {
               sequence_logits(model_, places, encoded, workspace, logits);
               for (std::size_t k = 0; k < places.size(); ++k) {
                 const auto logit = double{logits.row(static_cast<std::int64_t>(k))[0]};
                 double& best = scores[places[k].input];
                 best = std::max(best, activation_(logit));
               }
             });
  return scores;
}

}  // namespace nlp::task
