// A small checkpoint while it learns.
#pragma once
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "support/golden.hpp"
#include "train/answer_objective.hpp"
#include "train/text_objective.hpp"
#include "train/token_objective.hpp"
#include "train/trainer.hpp"

namespace training {

using nlp::model::Head;
using nlp::train::Example;

inline Head head_of(const std::string& name) {
  const auto has = [&](const char* part) { return name.find(part) != std::string::npos; };
  if (has("ner")) return has("generator") ? Head::masked_lm : Head::token_classification;
  if (has("sentiment") || has("regression")) return Head::sequence_classification;
  return has("qa") ? Head::question_answering : Head::masked_lm;
}

// A checkpoint of tests/data/models with the head that it has.
inline nlp::train::ModelPlan plan_of(const std::string& name) {
  nlp::train::ModelPlan plan;
  plan.source = golden::model(name);
  plan.head = head_of(name);
  return plan;
}

// The texts of golden arrays with their labels.
inline std::vector<Example> examples_of(const golden::Arrays& arrays, bool with_types = true) {
  std::vector<Example> examples;
  for (std::int64_t b = 0; b < arrays.texts(); ++b) {
    Example& example = examples.emplace_back();
    const auto put = [&](const char* name, std::vector<std::int32_t>& to) {
      for (std::int64_t t = 0; t < arrays.length(b); ++t)
        to.push_back(static_cast<std::int32_t>(arrays.integer(name, b * arrays.width() + t)));
    };
    put("input_ids", example.ids);
    if (with_types && arrays.has("token_type_ids")) put("token_type_ids", example.type_ids);
    example.type_ids.resize(example.ids.size());
    if (!arrays.has("labels")) continue;
    if (arrays.view("labels").shape.size() == 2)
      put("labels", example.labels);
    else
      example.labels = {static_cast<std::int32_t>(arrays.integer("labels", b))};
  }
  return examples;
}

// Model, trainer and the loss of the model's head.
struct Learner {
  explicit Learner(const nlp::train::ModelPlan& plan,
                   const nlp::train::TrainerOptions& options = {}, float smoothing = 0)
      : model(plan), trainer(model, options) {
    if (!plan.head) return;
    nlp::train::TrainedHead& head = *model.head();
    if (*plan.head == Head::sequence_classification)
      objective = std::make_unique<nlp::train::TextObjective>(head, model.config(), smoothing);
    else if (*plan.head == Head::question_answering)
      objective = std::make_unique<nlp::train::AnswerObjective>(head);
    else
      objective = std::make_unique<nlp::train::TokenObjective>(
          head, nlp::train::TokenObjective::Options{smoothing, *plan.head != Head::masked_lm});
  }

  nlp::train::StepResult gradients(const std::vector<Example>& examples, std::int64_t number = 1) {
    const std::vector<std::vector<Example>> parts(1, examples);
    return trainer.gradients(parts, *objective, number);
  }
  double loss(const std::vector<Example>& examples) {
    const std::vector<std::vector<Example>> parts(1, examples);
    return trainer.loss(parts, *objective);
  }
  nlp::train::StepResult step(const std::vector<Example>& examples,
                              const nlp::train::Update& update, std::int64_t number) {
    nlp::train::StepResult result = gradients(examples, number);
    trainer.update(update, number, result);
    return result;
  }
  const nlp::train::Parameter& parameter(const std::string& tensor) {
    for (const auto& one : model.parameters().all())
      if (model.tensor_name(one) == tensor) return one;
    throw std::runtime_error("no parameter " + tensor);
  }
  // Of all parameters.
  std::vector<float> all_diffs() { return all(&nlp::train::Stretch::diffs); }
  std::vector<float> all_values() { return all(&nlp::train::Stretch::values); }

  nlp::train::TrainedModel model;
  nlp::train::Trainer trainer;
  std::unique_ptr<nlp::train::Objective> objective;

 private:
  std::vector<float> all(nlp::tensor::Tensor nlp::train::Stretch::*part) {
    std::vector<float> found;
    for (auto* stretch :
         {&model.parameters().matrix_stretch(), &model.parameters().vector_stretch()})
      found.insert(found.end(), (stretch->*part).values().begin(), (stretch->*part).values().end());
    return found;
  }
};

template <class Values>
double length(const Values& values) {
  double sum = 0;
  for (const float value : values) sum += double{value} * double{value};
  return std::sqrt(sum);
}

// A checkpoint of tests/data/models whose config.json has another text in place of one.
inline void copy_with_config(const std::string& name, const std::filesystem::path& target,
                             const std::vector<std::pair<std::string, std::string>>& changes) {
  namespace fs = std::filesystem;
  fs::create_directories(target);
  fs::copy_file(golden::model(name) / "model.safetensors", target / "model.safetensors");
  std::ifstream in(golden::model(name) / "config.json");
  std::string text(std::istreambuf_iterator<char>(in), {});
  for (const auto& [from, to] : changes) {
    const auto at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error("config.json has no " + from);
    text.replace(at, from.size(), to);
  }
  std::ofstream(target / "config.json") << text;
}

}  // namespace training
