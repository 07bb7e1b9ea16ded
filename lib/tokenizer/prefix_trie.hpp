// All keys that start a text, shortest first: a double array, one memory access a byte.
// Source: Aoe, "An efficient digital search algorithm by using a double-array structure", 1989.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace nlp::tokenizer {

class PrefixTrie {
 public:
  struct Entry {
    std::string_view key;
    std::int32_t value;  // not negative
  };
  // Empty keys are left out; of equal keys the last counts.
  explicit PrefixTrie(std::vector<Entry> entries);

  // each(bytes, value) for every key that `text` starts with.
  template <class Each>
  void each_prefix(std::string_view text, Each each) const {
    std::uint32_t node = 0;
    for (std::size_t k = 0; k < text.size(); ++k) {
      const std::uint32_t child = nodes_[node].base ^ static_cast<unsigned char>(text[k]);
      if (nodes_[child].parent != node) return;
      node = child;
      if (nodes_[node].value >= 0) each(k + 1, nodes_[node].value);
    }
  }

 private:
  // Children stand at `base` with the byte's bits flipped.  Free nodes are their own sign: kNobody.
  static constexpr std::uint32_t kNobody = UINT32_MAX, kRoot = kNobody - 1;
  struct Node {
    std::uint32_t base = 0;
    std::uint32_t parent = kNobody;
    std::int32_t value = -1;
  };
  class Builder;

  std::vector<Node> nodes_;
};

}  // namespace nlp::tokenizer
