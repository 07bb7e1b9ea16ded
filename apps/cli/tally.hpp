// What a command counts and warns of at its end.
#pragma once
#include <fmt/format.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "cli/messages.hpp"

namespace nlp::cli {

// What is said once all is done, in the order it first came up.
class Tally {
 public:
  void add(std::string_view noun, std::string_view what, std::uint64_t count) {
    for (auto& [known_noun, known_what, sum] : sums_)
      if (known_noun == noun && known_what == what) {
        sum += count;
        return;
      }
    sums_.push_back({noun, what, count});
  }

  void tell(const Messages& messages) const {
    for (const auto& [noun, what, sum] : sums_)
      messages.warn(fmt::format("{} {}", counted(sum, noun), what));
  }

 private:
  struct Sum {
    std::string_view noun, what;
    std::uint64_t count;
  };
  std::vector<Sum> sums_;
};

}  // namespace nlp::cli
