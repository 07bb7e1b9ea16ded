#include "dnn/profile.hpp"

#include <algorithm>
#include <utility>

namespace nlp::dnn {

double Profile::seconds() const {
  double sum = 0;
  for (const Part& part : parts_) sum += part.seconds;
  return sum;
}

void Profile::add(const Profile& other) {
  for (const Part& theirs : other.parts_) {
    Part& ours = part(theirs.op);
    if (ours.kernel.empty()) ours.kernel = theirs.kernel;
    ours.calls += theirs.calls;
    ours.seconds += theirs.seconds;
    ours.operations += theirs.operations;
  }
}

Profile::Part& Profile::part(const Op& op) {
  const auto found = std::ranges::find(parts_, op, &Part::op);
  if (found != parts_.end()) return *found;
  parts_.push_back({.op = op, .kernel = {}});
  return parts_.back();
}

void Timed::begin() {
  profile_->part(op_);  // now, since end() may not fail
  outer_nested_ = std::exchange(profile_->nested_, 0);
  start_ = std::chrono::steady_clock::now();
}

void Timed::end() noexcept {
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  Profile::Part& part = profile_->part(op_);
  part.calls += 1;
  part.seconds += elapsed.count() - profile_->nested_;
  part.operations += operations_;
  profile_->nested_ = outer_nested_ + elapsed.count();
}

}  // namespace nlp::dnn
