// Values of config.json, checked; every complaint names file and key.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "model/config.hpp"

namespace nlp::model {

// Sizes beyond these are not checkpoints but mistakes; they keep products far from overflow.
constexpr std::int64_t kMostWidth = 1 << 20;
constexpr std::int64_t kMostRows = 1 << 26;
constexpr std::int64_t kMostLayers = 1 << 12;
constexpr std::int64_t kMostDistance = 1 << 14;  // of a bias by distance
constexpr std::int64_t kMostLabels = 1 << 20;

// All throw Error{model} `FILE: KEY what (expected, got)`.  A null member counts as absent.
class ConfigReader {
 public:
  ConfigReader(const Json& json, std::string where) : json_(json), where_(std::move(where)) {}

  const std::string& where() const { return where_; }
  [[noreturn]] void fail(std::string_view key, std::string_view what) const;

  const Json* find(std::string_view key) const;

  // In [least, most].
  std::int64_t integer(std::string_view key, std::int64_t least, std::int64_t most) const;
  std::int64_t integer(std::string_view key, std::int64_t least, std::int64_t most,
                       std::int64_t otherwise) const;
  std::string string(std::string_view key) const;
  bool boolean(std::string_view key, bool otherwise) const;
  // In [0, most].
  float number(std::string_view key, float otherwise, float most = 1) const;
  // A name of the reference's activation table.
  Activation activation(std::string_view key, Activation otherwise) const;
  // The activation `name`, found in the value of `key`.
  Activation activation_named(std::string_view key, std::string_view name) const;

  // Refuses any value of `key` but `only` (JSON); absent is that value.
  void require(std::string_view key, const char* only) const;

 private:
  const Json& json_;
  std::string where_;
};

}  // namespace nlp::model
