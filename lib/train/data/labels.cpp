#include "train/data/labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/error.hpp"

namespace nlp::train {

Renamed read_renamed(const std::vector<std::string>& pairs) {
  Renamed renamed;
  for (const std::string& pair : pairs) {
    const std::size_t equals = pair.find('=');
    if (equals == pair.npos || equals == 0 || equals + 1 == pair.size())
      throw Error(
          Kind::usage,
          fmt::format("--map: a label and its new name (expected OLD=NEW, got {}); give both",
                      pair));
    renamed[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return renamed;
}

std::optional<double> number_of(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number))
    return std::nullopt;
  return number;
}

std::vector<std::string> sorted_labels(std::vector<std::string> labels) {
  std::ranges::sort(labels);
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  const bool numbers = std::ranges::all_of(
      labels, [](const std::string& label) { return number_of(label).has_value(); });
  if (numbers)
    std::ranges::stable_sort(labels, {}, [](const std::string& label) { return number_of(label); });
  return labels;
}

LabelIds::LabelIds(std::vector<std::string> labels, Renamed renamed)
    : labels_(std::move(labels)), renamed_(std::move(renamed)) {
  for (std::size_t id = 0; id < labels_.size(); ++id) {
    ids_.emplace(labels_[id], static_cast<std::int32_t>(id));
    if (number_of(labels_[id])) takes_ids_ = false;
  }
}

std::optional<std::int32_t> LabelIds::find(const std::string& label) const {
  const auto other = renamed_.find(label);
  const std::string& name = other == renamed_.end() ? label : other->second;
  if (const auto named = ids_.find(name); named != ids_.end()) return named->second;
  if (!takes_ids_) return std::nullopt;
  std::int32_t id = -1;
  const char* last = name.data() + name.size();
  const auto [end, error] = std::from_chars(name.data(), last, id);
  const bool is_id = error == std::errc() && end == last && id >= 0 &&
                     static_cast<std::size_t>(id) < labels_.size();
  return is_id ? std::optional(id) : std::nullopt;
}

std::string LabelIds::known() const {
  constexpr std::size_t kShown = 20;
  std::string names;
  for (std::size_t id = 0; id < std::min(kShown, labels_.size()); ++id)
    names += (id == 0 ? "" : ", ") + labels_[id];
  if (labels_.size() > kShown) names += fmt::format(", … ({})", labels_.size());
  return names;
}

}  // namespace nlp::train
