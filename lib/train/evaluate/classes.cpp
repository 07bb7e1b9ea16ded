#include "train/evaluate/classes.hpp"

#include <limits>
#include <numeric>

namespace nlp::train {
namespace {

double share(double part, std::uint64_t whole) {
  return whole == 0 ? std::numeric_limits<double>::quiet_NaN() : part / static_cast<double>(whole);
}

}  // namespace

std::uint64_t Confusion::texts() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

double Confusion::accuracy() const {
  std::uint64_t right = 0;
  for (std::size_t c = 0; c < size_; ++c) right += count(c, c);
  return share(static_cast<double>(right), texts());
}

Hits Confusion::label(std::size_t label) const {
  Hits hits{.right = count(label, label)};
  for (std::size_t c = 0; c < size_; ++c) {
    hits.found += count(c, label);
    hits.truth += count(label, c);
  }
  return hits;
}

double Confusion::macro_f1() const {
  double sum = 0;
  std::uint64_t occurring = 0;
  for (std::size_t c = 0; c < size_; ++c) {
    const Hits hits = label(c);
    if (hits.found + hits.truth == 0) continue;
    sum += hits.f1();
    ++occurring;
  }
  return share(sum, occurring);
}

void LabelSets::add(std::span<const std::uint8_t> truth, std::span<const std::uint8_t> found) {
  bool same = true;
  for (std::size_t c = 0; c < hits_.size(); ++c) {
    hits_[c].truth += truth[c];
    hits_[c].found += found[c];
    hits_[c].right += truth[c] & found[c];
    same = same && truth[c] == found[c];
  }
  ++texts_;
  right_ += same;
}

double LabelSets::accuracy() const { return share(static_cast<double>(right_), texts_); }

double LabelSets::macro_f1() const {
  double sum = 0;
  for (const Hits& hits : hits_) sum += hits.f1();
  return share(sum, hits_.size());
}

double LabelSets::micro_f1() const {
  Hits all;
  for (const Hits& hits : hits_) all += hits;
  return all.f1();
}

}  // namespace nlp::train
