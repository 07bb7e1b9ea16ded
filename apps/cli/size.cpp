#include "cli/size.hpp"

#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <cmath>

namespace nlp::cli {

std::optional<std::uint64_t> parse_size(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest_of_text, error] =
      std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc() || text.front() == '-') return std::nullopt;
  std::string unit;
  for (const char* at = rest_of_text; at != end; ++at)
    unit += static_cast<char>(std::toupper(static_cast<unsigned char>(*at)));
  double factor = 1;
  if (!unit.empty() && unit != "B") {
    const auto power = std::string_view("KMGT").find(unit.front());
    const std::string rest = unit.substr(1);
    if (power == std::string_view::npos || (rest != "" && rest != "B" && rest != "IB"))
      return std::nullopt;
    factor = std::pow(1024.0, static_cast<double>(power + 1));
  }
  const double bytes = number * factor;
  if (!(bytes >= 1 && bytes < 9e18)) return std::nullopt;
  return static_cast<std::uint64_t>(bytes);
}

std::string size_text(std::uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  auto number = static_cast<double>(bytes);
  std::size_t unit = 0;
  // What would be written 1000.0 belongs to the next unit.
  for (; number >= 999.95 && unit < 4; ++unit) number /= 1000;
  return fmt::format("{:.1f} {}B", number, " kMGT"[unit]);
}

Option* add_size(App& app, const std::string& names, std::uint64_t& value,
                 const std::string& description) {
  return app
      .add_option(
          names, [&value](const std::string& text) { value = parse_size(text).value_or(value); },
          description)
      ->type_name("SIZE")
      ->check([](const std::string& text) -> std::string {
        return parse_size(text) ? "" : fmt::format("`{}` is no size (as 500, 64K, 2G)", text);
      });
}

}  // namespace nlp::cli
