#include "task/fill_search.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "task/log_softmax.hpp"

namespace nlp::task {
namespace {

using Pieces = std::vector<std::int32_t>;
using Choices = std::vector<Choice>;

// The question what could stand at some masks of a job, others being filled already.
struct Request {
  const FillJob* job = nullptr;
  std::vector<Fill> fills;         // [M] empty where the mask stays
  std::vector<std::size_t> masks;  // ascending indices of masks, all of them unfilled
};

struct Composed {
  Pieces ids;
  std::vector<std::size_t> starts;  // [M] where each mask, or what fills it, begins
};

// The job's sequence with the fills in place, and `pieces` at mask `mask`.
Composed compose(const Request& request, std::size_t mask = SIZE_MAX, const Pieces& pieces = {}) {
  const FillJob& job = *request.job;
  Composed result;
  std::size_t copied = 0;
  for (std::size_t m = 0; m < job.masks.size(); ++m) {
    const std::size_t place = job.masks[m];
    result.ids.insert(result.ids.end(), job.ids.begin() + static_cast<std::ptrdiff_t>(copied),
                      job.ids.begin() + static_cast<std::ptrdiff_t>(place));
    result.starts.push_back(result.ids.size());
    const Pieces& fill = m == mask ? pieces : request.fills[m].ids;
    if (fill.empty()) {
      result.ids.push_back(job.ids[place]);
    } else {
      result.ids.insert(result.ids.end(), fill.begin(), fill.end());
    }
    copied = place + 1;
  }
  result.ids.insert(result.ids.end(), job.ids.begin() + static_cast<std::ptrdiff_t>(copied),
                    job.ids.end());
  return result;
}

void sort_choices(Choices& choices) {
  std::stable_sort(choices.begin(), choices.end(),
                   [](const Choice& a, const Choice& b) { return a.logprob > b.logprob; });
}

class Search {
 public:
  Search(const FillRules& rules, const ScorePlaces& score) : rules_(rules), score_(score) {}

  // [request][mask of the request] the choices, best first: `top` of the vocabulary, or all
  // targets.
  std::vector<std::vector<Choices>> choices(std::span<const Request> requests) const {
    std::vector<std::vector<Choices>> result;
    std::vector<Places> places;
    std::vector<std::vector<std::size_t>> asked;  // [request] which of its masks are in `places`
    for (const Request& request : requests) {
      Composed composed = compose(request);
      Places& place = places.emplace_back(Places{std::move(composed.ids), {}});
      asked.emplace_back();
      result.emplace_back(request.masks.size());
      for (std::size_t k = 0; k < request.masks.size(); ++k) {
        const auto& targets = request.job->targets[request.masks[k]];
        if (targets.empty() ||
            std::any_of(targets.begin(), targets.end(),
                        [](const Pieces& pieces) { return pieces.size() == 1; })) {
          place.positions.push_back(composed.starts[request.masks[k]]);
          asked.back().push_back(k);
        }
      }
    }
    score_(places, [&](std::size_t r, std::size_t position, std::span<const float> logits) {
      const std::size_t k = asked[r][position];
      read(logits, *requests[r].job, requests[r].masks[k], result[r][k]);
    });
    score_long_targets(requests, result);
    for (auto& of_request : result) {
      for (Choices& of_mask : of_request) sort_choices(of_mask);
    }
    return result;
  }

 private:
  // Targets of one mask that have their first pieces in common.
  struct Group {
    std::size_t request, k;
    std::size_t size;  // pieces of each target
    Pieces known;      // the pieces that are in place
    std::vector<int> targets;
  };

  void read(std::span<const float> logits, const FillJob& job, std::size_t mask,
            Choices& choices) const {
    const LogSoftmax row(logits);
    const std::vector<Pieces>& targets = job.targets[mask];
    if (!targets.empty()) {
      for (std::size_t t = 0; t < targets.size(); ++t) {
        if (targets[t].size() != 1) continue;
        const std::int32_t id = targets[t].front();
        choices.push_back({{{id}, static_cast<int>(t)}, row[id], row.rank(id), {}});
      }
      return;
    }
    // Rows of a padded vocabulary name no token: look further until enough are left.
    for (std::size_t count = rules_.top;; count *= 2) {
      choices.clear();
      const Pieces ids = row.top(count);
      for (std::size_t place = 0; place < ids.size() && choices.size() < rules_.top; ++place) {
        if (rules_.usable && !rules_.usable(ids[place])) continue;
        if (job.fits && !job.fits(mask, ids[place])) continue;
        choices.push_back(
            {{{ids[place]}, -1}, row[ids[place]], static_cast<std::int64_t>(place) + 1, {}});
      }
      if (choices.size() >= rules_.top || count >= logits.size()) return;
    }
  }

  // Targets of several pieces, piece by piece; those with the same beginning share their passes.
  void score_long_targets(std::span<const Request> requests,
                          std::vector<std::vector<Choices>>& result) const {
    std::vector<Group> groups;
    for (std::size_t r = 0; r < requests.size(); ++r) {
      for (std::size_t k = 0; k < requests[r].masks.size(); ++k) {
        const auto& targets = requests[r].job->targets[requests[r].masks[k]];
        std::map<std::size_t, std::vector<int>> by_size;
        for (std::size_t t = 0; t < targets.size(); ++t) {
          if (targets[t].size() > 1) by_size[targets[t].size()].push_back(static_cast<int>(t));
        }
        for (auto& [size, same] : by_size) groups.push_back({r, k, size, {}, std::move(same)});
      }
    }
    std::map<std::pair<std::size_t, std::size_t>, std::map<int, double>> sums;
    while (!groups.empty()) {
      std::vector<Places> places;
      for (const Group& group : groups) {
        Pieces pieces = group.known;
        pieces.resize(group.size, rules_.mask_id);
        const std::size_t mask = requests[group.request].masks[group.k];
        Composed composed = compose(requests[group.request], mask, pieces);
        places.push_back({std::move(composed.ids), {composed.starts[mask] + group.known.size()}});
      }
      std::vector<std::vector<Group>> next(groups.size());
      score_(places, [&](std::size_t g, std::size_t, std::span<const float> logits) {
        const Group& group = groups[g];
        const auto& targets =
            requests[group.request].job->targets[requests[group.request].masks[group.k]];
        const LogSoftmax row(logits);
        auto& sum = sums[{group.request, group.k}];
        std::map<std::int32_t, std::vector<int>> by_piece;
        for (const int target : group.targets) {
          const std::int32_t piece = targets[static_cast<std::size_t>(target)][group.known.size()];
          sum[target] += row[piece];
          by_piece[piece].push_back(target);
        }
        if (group.known.size() + 1 == group.size) return;
        for (auto& [piece, same] : by_piece) {
          Group deeper{group.request, group.k, group.size, group.known, std::move(same)};
          deeper.known.push_back(piece);
          next[g].push_back(std::move(deeper));
        }
      });
      groups.clear();
      for (auto& deeper : next) std::move(deeper.begin(), deeper.end(), std::back_inserter(groups));
    }
    for (const auto& [where, of_mask] : sums) {
      const auto [r, k] = where;
      const auto& targets = requests[r].job->targets[requests[r].masks[k]];
      for (const auto& [target, logprob] : of_mask) {
        result[r][k].push_back(
            {{targets[static_cast<std::size_t>(target)], target}, logprob, std::nullopt, {}});
      }
    }
  }

  const FillRules& rules_;
  const ScorePlaces& score_;
};

using Filled = std::vector<std::vector<Choices>>;  // [job][mask]

Filled fill_independent(std::span<const FillJob> jobs, const Search& search) {
  std::vector<Request> requests;
  for (const FillJob& job : jobs) {
    Request& request = requests.emplace_back();
    request.job = &job;
    request.fills.resize(job.masks.size());
    for (std::size_t m = 0; m < job.masks.size(); ++m) request.masks.push_back(m);
  }
  Filled result = search.choices(requests);
  for (auto& of_job : result) {
    for (Choices& of_mask : of_job) {
      for (Choice& choice : of_mask) choice.beside.resize(of_job.size());
    }
  }
  return result;
}

Filled fill_greedily(std::span<const FillJob> jobs, const Search& search) {
  Filled result(jobs.size());
  std::vector<Request> open(jobs.size());
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    result[j].resize(jobs[j].masks.size());
    open[j].job = &jobs[j];
    open[j].fills.resize(jobs[j].masks.size());
    for (std::size_t m = 0; m < jobs[j].masks.size(); ++m) open[j].masks.push_back(m);
  }
  for (;;) {
    std::vector<Request> requests;
    std::vector<std::size_t> owner;
    for (std::size_t j = 0; j < jobs.size(); ++j) {
      if (open[j].masks.empty()) continue;
      requests.push_back(open[j]);
      owner.push_back(j);
    }
    if (requests.empty()) break;
    auto found = search.choices(requests);
    for (std::size_t r = 0; r < requests.size(); ++r) {
      std::size_t surest = 0;
      for (std::size_t k = 1; k < found[r].size(); ++k) {
        if (found[r][k].front().logprob > found[r][surest].front().logprob) surest = k;
      }
      Request& request = open[owner[r]];
      const std::size_t mask = request.masks[surest];
      request.fills[mask] = found[r][surest].front().fill;
      request.masks.erase(request.masks.begin() + static_cast<std::ptrdiff_t>(surest));
      result[owner[r]][mask] = std::move(found[r][surest]);
    }
  }
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    for (Choices& of_mask : result[j]) {
      for (Choice& choice : of_mask) choice.beside = open[j].fills;
    }
  }
  return result;
}

struct Beam {
  std::vector<Fill> fills;
  double logprob = 0;
};

Filled fill_by_beams(std::span<const FillJob> jobs, const FillRules& rules, const Search& search) {
  std::vector<std::vector<Beam>> beams(jobs.size());
  std::size_t most = 0;
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    beams[j].push_back({std::vector<Fill>(jobs[j].masks.size()), 0});
    most = std::max(most, jobs[j].masks.size());
  }
  for (std::size_t m = 0; m < most; ++m) {
    std::vector<Request> requests;
    for (std::size_t j = 0; j < jobs.size(); ++j) {
      if (m >= jobs[j].masks.size()) continue;
      for (const Beam& beam : beams[j]) requests.push_back({&jobs[j], beam.fills, {m}});
    }
    const auto found = search.choices(requests);
    std::size_t r = 0;
    for (std::size_t j = 0; j < jobs.size(); ++j) {
      if (m >= jobs[j].masks.size()) continue;
      std::vector<Beam> grown;
      for (const Beam& beam : beams[j]) {
        for (const Choice& choice : found[r++].front()) {
          Beam& longer = grown.emplace_back(beam);
          longer.fills[m] = choice.fill;
          longer.logprob += choice.logprob;
        }
      }
      std::stable_sort(grown.begin(), grown.end(),
                       [](const Beam& a, const Beam& b) { return a.logprob > b.logprob; });
      if (grown.size() > rules.top) grown.resize(rules.top);
      beams[j] = std::move(grown);
    }
  }
  Filled result(jobs.size());
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    result[j].resize(jobs[j].masks.size());
    for (std::size_t m = 0; m < jobs[j].masks.size(); ++m) {
      for (std::size_t b = 0; b < beams[j].size(); ++b) {
        const Beam& beam = beams[j][b];
        result[j][m].push_back(
            {beam.fills[m], beam.logprob, static_cast<std::int64_t>(b) + 1, beam.fills});
      }
    }
  }
  return result;
}

}  // namespace

Filled fill(std::span<const FillJob> jobs, const FillRules& rules, const ScorePlaces& score) {
  const Search search(rules, score);
  switch (rules.masks) {
    case Masks::greedy:
      return fill_greedily(jobs, search);
    case Masks::beam:
      return fill_by_beams(jobs, rules, search);
    default:
      return fill_independent(jobs, search);
  }
}

}  // namespace nlp::task
