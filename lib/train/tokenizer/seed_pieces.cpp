#include "train/tokenizer/seed_pieces.hpp"

#include <algorithm>
#include <numeric>
#include <span>

#include "base/thread_team.hpp"

namespace nlp::train {
namespace {

constexpr std::uint32_t kMixed = 0xFFFFFFFF, kBegin = 0xFFFFFFFE, kNone = 0xFFFFFFFD;

struct Suffix {
  std::uint64_t key;  // its second to fourth character
  std::uint32_t run;
  std::uint16_t offset, size;  // cut at kLongestPiece
};

// The suffixes that begin with one character, and the nodes of their tree.
class Bucket {
 public:
  Bucket(const ScriptRuns& runs, std::uint64_t min_count) : runs_(runs), min_count_(min_count) {}

  void add(std::uint32_t run, std::size_t offset, std::size_t size) {
    size = std::min(size, kLongestPiece);
    const std::uint32_t* codes = runs_.codes.data() + runs_.starts[run] + offset;
    std::uint64_t key = 0;
    for (std::size_t k = 1; k < kKeyed; ++k) key = key << 21 | (k < size ? codes[k] + 1 : 0);
    suffixes_.push_back(
        {key, run, static_cast<std::uint16_t>(offset), static_cast<std::uint16_t>(size)});
  }

  std::vector<SeedPiece> seeds() {
    std::ranges::sort(suffixes_, [&](const Suffix& left, const Suffix& right) {
      if (left.key != right.key) return left.key < right.key;
      const auto a = rest(left), b = rest(right);
      return std::ranges::lexicographical_compare(a, b);
    });
    for (std::size_t k = 0; k < suffixes_.size(); ++k) {
      const Suffix& suffix = suffixes_[k];
      close(k == 0 ? 0 : shared(suffixes_[k - 1], suffix));
      const std::uint32_t left =
          suffix.offset == 0 ? kBegin : runs_.codes[runs_.starts[suffix.run] + suffix.offset - 1];
      if (open_.empty() || open_.back().size < suffix.size)
        open_.push_back({suffix.size, kNone, k, 0});
      open_.back().take(runs_.counts[suffix.run], left);
    }
    close(0);
    return std::move(found_);
  }

 private:
  static constexpr std::size_t kKeyed = 4;  // characters that key and bucket know

  struct Node {
    std::size_t size;    // of the substring
    std::uint32_t left;  // what stands before it; kNone: not known yet
    std::size_t suffix;  // one that begins with it
    std::uint64_t count;
    void take(std::uint64_t more, std::uint32_t before) {
      count += more;
      left = left == kNone || (left == before && before != kBegin) ? before : kMixed;
    }
  };

  std::span<const std::uint32_t> rest(const Suffix& suffix) const {
    const std::size_t skipped = std::min<std::size_t>(kKeyed, suffix.size);
    return {runs_.codes.data() + runs_.starts[suffix.run] + suffix.offset + skipped,
            suffix.size - skipped};
  }
  std::size_t shared(const Suffix& left, const Suffix& right) const {
    const std::uint32_t* a = runs_.codes.data() + runs_.starts[left.run] + left.offset;
    const std::uint32_t* b = runs_.codes.data() + runs_.starts[right.run] + right.offset;
    const std::size_t most = std::min(left.size, right.size);
    std::size_t size = 1;
    while (size < most && a[size] == b[size]) ++size;
    return size;
  }

  // Ends the substrings that are longer than what the next suffix shares.
  void close(std::size_t shared) {
    while (!open_.empty() && open_.back().size > shared) {
      const Node node = open_.back();
      open_.pop_back();
      const bool left_alone = node.left == kMixed || node.left == kBegin;
      if (node.count >= min_count_ && node.size >= 2 &&
          (left_alone || node.size == kLongestPiece)) {
        const Suffix& suffix = suffixes_[node.suffix];
        found_.push_back(
            {suffix.run, suffix.offset, static_cast<std::uint16_t>(node.size), node.count});
      }
      if (shared == 0 && open_.empty()) return;
      if (open_.empty() || open_.back().size < shared)
        open_.push_back({shared, kNone, node.suffix, 0});
      Node& parent = open_.back();
      parent.count += node.count;
      parent.left = parent.left == kNone || (parent.left == node.left && node.left != kBegin)
                        ? node.left
                        : kMixed;
    }
  }

  const ScriptRuns& runs_;
  std::uint64_t min_count_;
  std::vector<Suffix> suffixes_;
  std::vector<Node> open_;  // each a beginning of the next
  std::vector<SeedPiece> found_;
};

}  // namespace

std::vector<SeedPiece> find_seeds(const ScriptRuns& runs, std::uint64_t min_count, std::size_t most,
                                  int threads) {
  // Where each character occurs: positions[firsts[c], firsts[c + 1]).
  std::vector<std::size_t> firsts(runs.alphabet.size() + 1);
  for (const std::uint32_t code : runs.codes) ++firsts[code + 1];
  std::partial_sum(firsts.begin(), firsts.end(), firsts.begin());
  struct Position {
    std::uint32_t run, offset;
  };
  std::vector<Position> positions(runs.codes.size());
  std::vector<std::size_t> next(firsts.begin(), firsts.end() - 1);
  for (std::uint32_t run = 0; run < runs.size(); ++run)
    for (std::uint32_t at = runs.starts[run]; at < runs.starts[run + 1]; ++at)
      positions[next[runs.codes[at]]++] = {run, at - runs.starts[run]};

  std::vector<std::vector<SeedPiece>> found(runs.alphabet.size());
  ThreadTeam(threads).run(static_cast<std::int64_t>(found.size()), [&](std::int64_t task, int) {
    const auto code = static_cast<std::size_t>(task);
    Bucket bucket(runs, min_count);
    for (std::size_t k = firsts[code]; k < firsts[code + 1]; ++k) {
      const auto [run, offset] = positions[k];
      bucket.add(run, offset, runs.starts[run + 1] - runs.starts[run] - offset);
    }
    found[code] = bucket.seeds();
  });

  std::vector<SeedPiece> seeds;
  for (const auto& part : found) seeds.insert(seeds.end(), part.begin(), part.end());
  if (seeds.size() > most) {
    std::ranges::stable_sort(seeds, std::greater<>(),
                             [](const SeedPiece& seed) { return seed.count * seed.size; });
    seeds.resize(most);
  }
  return seeds;
}

}  // namespace nlp::train
