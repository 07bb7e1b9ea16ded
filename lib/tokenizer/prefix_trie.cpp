#include "tokenizer/prefix_trie.hpp"

#include <algorithm>
#include <array>

namespace nlp::tokenizer {

// Places the children of one node after the other, each family where its bytes find free nodes.
// Only the last blocks are searched, so that building is linear.
class PrefixTrie::Builder {
 public:
  Builder(std::vector<Node>& nodes, const std::vector<Entry>& entries)
      : nodes_(nodes), entries_(entries) {
    add_block();
    unlink(0);
    nodes_[0].parent = kRoot;
    pending_.push_back({0, 0, entries_.size(), 0});
    while (!pending_.empty()) {
      const Family family = pending_.back();
      pending_.pop_back();
      place(family);
    }
  }

 private:
  static constexpr std::uint32_t kBlock = 256, kOpenBlocks = 16;
  // The keys [first, last), which share their first `depth` bytes and lead to `node`.
  struct Family {
    std::uint32_t node;
    std::size_t first, last, depth;
  };

  void add_block() {
    const auto from = static_cast<std::uint32_t>(nodes_.size());
    nodes_.resize(from + kBlock);
    links_.resize(from + kBlock);
    // Nodes of a block that closes stay free for ever.
    if (from >= kBlock * kOpenBlocks)
      for (std::uint32_t k = from - kBlock * kOpenBlocks, end = k + kBlock; k < end; ++k)
        if (!taken(k)) unlink(k);
    for (std::uint32_t k = from; k < from + kBlock; ++k) {
      links_[k] = {last_free_, kNobody};
      (last_free_ == kNobody ? first_free_ : links_[last_free_].next) = k;
      last_free_ = k;
    }
  }
  bool taken(std::uint32_t node) const { return nodes_[node].parent != kNobody; }
  void unlink(std::uint32_t node) {
    const Link link = links_[node];
    (link.before == kNobody ? first_free_ : links_[link.before].next) = link.next;
    (link.next == kNobody ? last_free_ : links_[link.next].before) = link.before;
  }

  std::uint32_t find_base() {
    for (std::uint32_t free = first_free_; free != kNobody; free = links_[free].next) {
      const std::uint32_t base = free ^ bytes_[0];
      if (std::all_of(bytes_.begin(), bytes_.begin() + count_,
                      [&](unsigned char byte) { return !taken(base ^ byte); }))
        return base;
    }
    add_block();
    return static_cast<std::uint32_t>(nodes_.size()) - kBlock;
  }

  void place(Family family) {
    const auto byte_of = [&](std::size_t k) {
      return static_cast<unsigned char>(entries_[k].key[family.depth]);
    };
    // Keys that end here come first in their order.
    while (family.first < family.last && entries_[family.first].key.size() == family.depth)
      nodes_[family.node].value = entries_[family.first++].value;
    if (family.first == family.last) return;
    count_ = 0;
    for (std::size_t k = family.first; k < family.last; ++k)
      if (k == family.first || byte_of(k) != byte_of(k - 1)) bytes_[count_++] = byte_of(k);
    const std::uint32_t base = find_base();
    nodes_[family.node].base = base;
    for (std::size_t k = family.first; k < family.last;) {
      const std::uint32_t child = base ^ byte_of(k);
      unlink(child);
      nodes_[child].parent = family.node;
      std::size_t end = k + 1;
      while (end < family.last && byte_of(end) == byte_of(k)) ++end;
      pending_.push_back({child, k, end, family.depth + 1});
      k = end;
    }
  }

  struct Link {
    std::uint32_t before, next;  // free nodes
  };
  std::vector<Node>& nodes_;
  const std::vector<Entry>& entries_;
  std::vector<Link> links_;
  std::uint32_t first_free_ = kNobody, last_free_ = kNobody;
  std::vector<Family> pending_;
  std::array<unsigned char, 256> bytes_;
  std::size_t count_ = 0;
};

PrefixTrie::PrefixTrie(std::vector<Entry> entries) {
  std::erase_if(entries, [](const Entry& entry) { return entry.key.empty(); });
  std::ranges::stable_sort(entries, {}, &Entry::key);
  Builder(nodes_, entries);
  nodes_.shrink_to_fit();
}

}  // namespace nlp::tokenizer
