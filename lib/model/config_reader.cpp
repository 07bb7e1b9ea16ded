#include "model/config_reader.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/error.hpp"

namespace nlp::model {
namespace {

constexpr std::array<std::pair<std::string_view, Activation>, 13> kActivations = {{
    {"gelu", Activation::gelu_erf},
    {"gelu_python", Activation::gelu_erf},
    {"gelu_new", Activation::gelu_tanh},
    {"gelu_fast", Activation::gelu_tanh},
    {"gelu_pytorch_tanh", Activation::gelu_tanh},
    {"gelu_python_tanh", Activation::gelu_tanh},
    {"gelu_accurate", Activation::gelu_tanh},
    {"relu", Activation::relu},
    {"silu", Activation::silu},
    {"swish", Activation::silu},
    {"tanh", Activation::tanh},
    {"Tanh", Activation::tanh},
    {"ReLU", Activation::relu},
}};

}  // namespace

void ConfigReader::fail(std::string_view key, std::string_view what) const {
  throw Error(Kind::model, fmt::format("{}: {} {}", where_, key, what));
}

const Json* ConfigReader::find(std::string_view key) const {
  if (key.empty()) return nullptr;
  const auto found = json_.find(std::string(key));
  return found == json_.end() || found->is_null() ? nullptr : &*found;
}

std::int64_t ConfigReader::integer(std::string_view key, std::int64_t least,
                                   std::int64_t most) const {
  const Json* value = find(key);
  if (!value) fail(key, "is missing (expected a whole number)");
  if (!value->is_number_integer() ||
      (value->is_number_unsigned() &&
       value->get<std::uint64_t>() > static_cast<std::uint64_t>(most)) ||
      value->get<std::int64_t>() < least || value->get<std::int64_t>() > most)
    fail(key, fmt::format("is out of range (expected a whole number from {} to {}, got {})", least,
                          most, value->dump().substr(0, 40)));
  return value->get<std::int64_t>();
}

std::int64_t ConfigReader::integer(std::string_view key, std::int64_t least, std::int64_t most,
                                   std::int64_t otherwise) const {
  return find(key) ? integer(key, least, most) : otherwise;
}

std::string ConfigReader::string(std::string_view key) const {
  const Json* value = find(key);
  if (!value) fail(key, "is missing (expected a string)");
  if (!value->is_string()) fail(key, "is not a string");
  return value->get<std::string>();
}

bool ConfigReader::boolean(std::string_view key, bool otherwise) const {
  const Json* value = find(key);
  if (!value) return otherwise;
  if (!value->is_boolean()) fail(key, "is not true or false");
  return value->get<bool>();
}

float ConfigReader::number(std::string_view key, float otherwise, float most) const {
  const Json* value = find(key);
  if (!value) return otherwise;
  if (!value->is_number() || !(value->get<double>() >= 0) || value->get<double>() > most)
    fail(key, fmt::format("is out of range (expected a number from 0 to {})", most));
  return value->get<float>();
}

Activation ConfigReader::activation(std::string_view key, Activation otherwise) const {
  return find(key) ? activation_named(key, string(key)) : otherwise;
}

Activation ConfigReader::activation_named(std::string_view key, std::string_view name) const {
  std::string known;
  for (const auto& [candidate, activation] : kActivations) {
    if (candidate == name) return activation;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", candidate);
  }
  fail(key, fmt::format("\"{}\" is not supported (known: {})", name, known));
}

void ConfigReader::require(std::string_view key, const char* only) const {
  const Json* value = find(key);
  if (value && *value != Json::parse(only))
    fail(key, fmt::format("{} is not supported (only {})", value->dump().substr(0, 60), only));
}

}  // namespace nlp::model
