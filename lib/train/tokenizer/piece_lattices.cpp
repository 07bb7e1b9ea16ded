#include "train/tokenizer/piece_lattices.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "text/utf8.hpp"
#include "tokenizer/prefix_trie.hpp"

namespace nlp::train {
namespace {

constexpr std::size_t kChunk = 4096;                      // runs that a thread takes at once
constexpr double kUnit = 1 << 20;                         // of expected counts
constexpr std::size_t kNodes = ScriptRuns::kLongest + 1;  // between characters

tokenizer::PrefixTrie make_trie(const ScriptRuns& runs, std::span<const SeedPiece> pieces) {
  std::string text;
  std::vector<std::size_t> ends;
  for (const SeedPiece& piece : pieces) {
    text += runs.text({runs.codes.data() + runs.starts[piece.run] + piece.offset, piece.size});
    ends.push_back(text.size());
  }
  std::vector<tokenizer::PrefixTrie::Entry> entries;
  for (std::size_t id = 0; id < ends.size(); ++id) {
    const std::size_t start = id == 0 ? 0 : ends[id - 1];
    entries.push_back(
        {std::string_view(text).substr(start, ends[id] - start), static_cast<std::int32_t>(id)});
  }
  return tokenizer::PrefixTrie(std::move(entries));
}

}  // namespace

PieceLattices::PieceLattices(const ScriptRuns& runs, std::span<const SeedPiece> pieces,
                             ThreadTeam& team)
    : runs_(runs), fans_(runs.codes.size()) {
  for (const SeedPiece& piece : pieces) sizes_.push_back(static_cast<std::uint8_t>(piece.size));
  const auto trie = make_trie(runs, pieces);
  const std::size_t chunks = (runs.size() + kChunk - 1) / kChunk;
  std::vector<std::vector<std::uint32_t>> found(chunks);
  std::vector<std::uint32_t> fans_of_run(runs.size());
  team.run(static_cast<std::int64_t>(chunks), [&](std::int64_t task, int) {
    const auto chunk = static_cast<std::size_t>(task);
    auto& edges = found[chunk];
    for (std::size_t run = chunk * kChunk; run < std::min(runs.size(), (chunk + 1) * kChunk);
         ++run) {
      const std::uint32_t start = runs.starts[run], end = runs.starts[run + 1];
      const std::string text = runs.text({runs.codes.data() + start, end - start});
      const std::size_t before = edges.size();
      std::size_t byte = 0;
      for (std::uint32_t at = start; at < end; ++at) {
        const std::size_t first = edges.size();
        trie.each_prefix(std::string_view(text).substr(byte), [&](std::size_t, std::int32_t id) {
          edges.push_back(static_cast<std::uint32_t>(id));
        });
        fans_[at] = static_cast<std::uint8_t>(edges.size() - first);
        byte += text::encoded_size(runs.alphabet[runs.codes[at]]);
      }
      fans_of_run[run] = static_cast<std::uint32_t>(edges.size() - before);
    }
  });
  starts_.push_back(0);
  for (const std::uint32_t fans : fans_of_run) starts_.push_back(starts_.back() + fans);
  edges_.reserve(starts_.back());
  for (auto& part : found) {
    edges_.insert(edges_.end(), part.begin(), part.end());
    part = {};
  }
}

// each(run, thread) for all runs.
template <class Each>
void PieceLattices::each_run(ThreadTeam& team, Each each) const {
  const std::size_t chunks = (runs_.size() + kChunk - 1) / kChunk;
  team.run(static_cast<std::int64_t>(chunks), [&](std::int64_t task, int thread) {
    const auto chunk = static_cast<std::size_t>(task);
    const std::size_t end = std::min(runs_.size(), (chunk + 1) * kChunk);
    for (std::size_t run = chunk * kChunk; run < end; ++run)
      each(run, static_cast<std::size_t>(thread));
  });
}

std::vector<double> PieceLattices::expected(std::span<const double> scores,
                                            ThreadTeam& team) const {
  std::vector<double> likely(scores.size());
  std::ranges::transform(scores, likely.begin(), [](double score) { return std::exp(score); });
  std::vector<std::vector<std::int64_t>> sums(static_cast<std::size_t>(team.threads()),
                                              std::vector<std::int64_t>(scores.size()));
  each_run(team, [&](std::size_t run, std::size_t thread) {
    const std::size_t size = runs_.starts[run + 1] - runs_.starts[run];
    const std::uint8_t* fans = fans_.data() + runs_.starts[run];
    const std::uint32_t* first = edges_.data() + starts_[run];
    // The sums over all ways that lead to a node, and from it to the end.
    std::array<double, kNodes> before{}, behind{};
    before[0] = 1;
    const std::uint32_t* edge = first;
    for (std::size_t at = 0; at < size; ++at)
      for (unsigned k = 0; k < fans[at]; ++k, ++edge)
        before[at + sizes_[*edge]] += before[at] * likely[*edge];
    behind[size] = 1;
    const double scale = static_cast<double>(runs_.counts[run]) * kUnit / before[size];
    std::int64_t* sum = sums[thread].data();
    for (std::size_t at = size; at-- > 0;)
      for (unsigned k = 0; k < fans[at]; ++k) {
        --edge;
        const double way = likely[*edge] * behind[at + sizes_[*edge]];
        behind[at] += way;
        sum[*edge] += std::llrint(before[at] * way * scale);
      }
  });
  std::vector<double> counts(scores.size());
  for (std::size_t id = 0; id < counts.size(); ++id) {
    std::int64_t sum = 0;
    for (const auto& part : sums) sum += part[id];
    counts[id] = static_cast<double>(sum) / kUnit;
  }
  return counts;
}

std::vector<std::uint64_t> PieceLattices::used(std::span<const double> scores,
                                               ThreadTeam& team) const {
  std::vector<std::vector<std::uint64_t>> sums(static_cast<std::size_t>(team.threads()),
                                               std::vector<std::uint64_t>(scores.size()));
  each_run(team, [&](std::size_t run, std::size_t thread) {
    const std::size_t size = runs_.starts[run + 1] - runs_.starts[run];
    const std::uint8_t* fans = fans_.data() + runs_.starts[run];
    std::array<double, kNodes> best;
    std::array<std::uint32_t, kNodes> last;
    best.fill(-std::numeric_limits<double>::infinity());
    best[0] = 0;
    const std::uint32_t* edge = edges_.data() + starts_[run];
    for (std::size_t at = 0; at < size; ++at)
      for (unsigned k = 0; k < fans[at]; ++k, ++edge) {
        const std::size_t end = at + sizes_[*edge];
        const double score = best[at] + scores[*edge];
        if (score > best[end]) {
          best[end] = score;
          last[end] = *edge;
        }
      }
    for (std::size_t at = size; at > 0; at -= sizes_[last[at]])
      sums[thread][last[at]] += runs_.counts[run];
  });
  for (std::size_t k = 1; k < sums.size(); ++k)
    for (std::size_t id = 0; id < scores.size(); ++id) sums[0][id] += sums[k][id];
  return std::move(sums[0]);
}

PieceLattices::Cover PieceLattices::alternative(std::uint32_t piece, const SeedPiece& place,
                                                std::span<const double> scores) const {
  Cover cover;
  if (place.size == 1) return cover;
  const std::uint8_t* fans = fans_.data() + runs_.starts[place.run];
  const std::uint32_t* edge = edges_.data() + starts_[place.run];
  for (std::size_t at = 0; at < place.offset; ++at) edge += fans[at];
  std::array<double, kNodes> best;
  std::array<std::uint32_t, kNodes> last;
  best.fill(-std::numeric_limits<double>::infinity());
  best[0] = 0;
  for (std::size_t at = 0; at < place.size; ++at)
    for (unsigned k = 0; k < fans[place.offset + at]; ++k, ++edge) {
      const std::size_t end = at + sizes_[*edge];
      if (end > place.size || *edge == piece) continue;
      const double score = best[at] + scores[*edge];
      if (score > best[end]) {
        best[end] = score;
        last[end] = *edge;
      }
    }
  cover.score = best[place.size];
  for (std::size_t at = place.size; at > 0; at -= sizes_[last[at]])
    cover.pieces.push_back(last[at]);
  return cover;
}

void PieceLattices::keep(std::span<const std::uint32_t> ids) {
  constexpr std::uint32_t kGone = 0xFFFFFFFF;
  std::vector<std::uint32_t> renamed(sizes_.size(), kGone);
  for (std::uint32_t k = 0; k < ids.size(); ++k) {
    renamed[ids[k]] = k;
    sizes_[k] = sizes_[ids[k]];
  }
  sizes_.resize(ids.size());
  std::size_t from = 0, to = 0;
  for (std::size_t run = 0; run < runs_.size(); ++run) {
    for (std::uint32_t at = runs_.starts[run]; at < runs_.starts[run + 1]; ++at) {
      const std::size_t first = to;
      for (unsigned k = 0; k < fans_[at]; ++k, ++from)
        if (renamed[edges_[from]] != kGone) edges_[to++] = renamed[edges_[from]];
      fans_[at] = static_cast<std::uint8_t>(to - first);
    }
    starts_[run + 1] = to;
  }
  edges_.resize(to);
}

}  // namespace nlp::train
