#include "cli/option.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <type_traits>
#include <utility>

namespace nlp::cli {

Option* Option::group(const std::string& name) {
  option_.group(name);
  return this;
}

Option* Option::type_name(const std::string& name) {
  option_.type_name(name);
  return this;
}

Option* Option::default_str(const std::string& text) {
  option_.default_str(text);
  return this;
}

Option* Option::capture_default_str() {
  option_.capture_default_str();
  return this;
}

Option* Option::required() {
  option_.required();
  return this;
}

Option* Option::needs(Option* other) {
  option_.needs(&other->option_);
  return this;
}

Option* Option::excludes(Option* other) {
  option_.excludes(&other->option_);
  return this;
}

Option* Option::delimiter(char between) {
  option_.delimiter(between);
  return this;
}

template <class Number>
Option* Option::range(Number least, Number most) {
  option_.check(CLI::Range(least, most));
  // Comparisons refuse neither what is no number nor one that has become the nearest that there is.
  check([](const std::string& given) -> std::string {
    bool refused = false;
    if constexpr (std::is_floating_point_v<Number>) {
      refused = std::isnan(std::strtod(given.c_str(), nullptr));
    } else {
      Number value{};
      const auto read = std::from_chars(given.data(), given.data() + given.size(), value);
      refused = read.ec == std::errc::result_out_of_range ||
                (std::is_unsigned_v<Number> && given.starts_with('-'));
    }
    return refused ? given + " is no such number" : "";
  });
  return this;
}
template Option* Option::range(int, int);
template Option* Option::range(std::int64_t, std::int64_t);
template Option* Option::range(std::uint64_t, std::uint64_t);
template Option* Option::range(double, double);

Option* Option::check(std::function<std::string(const std::string&)> problem) {
  option_.check(std::move(problem));
  return this;
}

std::size_t Option::count() const { return option_.count(); }

}  // namespace nlp::cli
