#include "plot/loss/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/json.hpp"

namespace nlp::plot {
namespace {
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
// Values beyond are no results of training, and axes could not tell them.
constexpr double kGreatest = 1e100, kLeast = 1e-100;
constexpr double kLastStep = 0x1p53;

bool has_number(const std::vector<double>& values) {
  return std::ranges::any_of(values, [](double value) { return !std::isnan(value); });
}

double number(const Json& record, const char* key) {
  const auto found = record.find(key);
  if (found == record.end() || found->is_null()) return kNone;
  if (!found->is_number())
    throw Error(Kind::data, fmt::format("{} is no number (got {}); is it a log of nlp train?", key,
                                        found->type_name()));
  const double value = found->get<double>();
  if (!(std::abs(value) < kGreatest))
    throw Error(
        Kind::data,
        fmt::format("{} is too large to be drawn (got {:g}); leave the line out", key, value));
  return std::abs(value) < kLeast ? 0 : value;
}

void add_step(const Json& record, Run& run) {
  if (!record.is_object() || !record.contains("step") || !record.contains("loss"))
    throw Error(Kind::data,
                "no step of a training run (expected an object with step and loss); "
                "give a log of nlp train --log");
  const double step = number(record, "step");
  if (!(step >= 0 && step <= kLastStep && step == std::floor(step)))
    throw Error(Kind::data, "step is no whole number from 0 on; give a log of nlp train --log");
  if (!run.steps.empty() && step <= run.steps.back())
    throw Error(Kind::data, fmt::format("steps do not ascend (expected more than {}, got {}); "
                                        "give each run a log of its own",
                                        run.steps.back(), step));
  const double loss = number(record, "loss"), rate = number(record, "lr"),
               dev = number(record, "dev");
  run.steps.push_back(step);
  run.loss.push_back(loss);
  run.rate.push_back(rate);
  run.dev.push_back(dev);
}
}  // namespace

bool Run::has_rate() const { return has_number(rate); }
bool Run::has_dev() const { return has_number(dev); }

Run read_run(std::string_view bytes, const std::string& file) {
  Run run;
  std::size_t number = 0;
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::string where = fmt::format("{}:{}", file, number);
    Json record;
    try {
      record = parse_json(line, where, false);
    } catch (const Error&) {
      if (end == std::string_view::npos) break;  // still being written
      throw;
    }
    try {
      add_step(record, run);
    } catch (const Error& error) {
      throw error.at(where);
    }
  }
  if (!has_number(run.loss))
    throw Error(Kind::data, file + ": no loss in it yet; wait for the first step");
  return run;
}

}  // namespace nlp::plot
