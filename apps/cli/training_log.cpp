#include "cli/training_log.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/synced.hpp"

namespace nlp::cli {

TrainingLog::TrainingLog(const std::string& file, const std::filesystem::path& resumed)
    : name_(file), resumed_(!resumed.empty()) {
  if (name_.empty() || resumed_) return;
  file_ = std::fopen(name_.c_str(), "w");
  if (!file_)
    throw Error(Kind::io, fmt::format("{}: cannot be written ({})", name_, std::strerror(errno)));
}

TrainingLog::~TrainingLog() {
  if (file_) std::fclose(file_);
}

// Keeps the lines of steps before `first_step`.
void TrainingLog::cut(std::int64_t first_step) {
  const std::string temporary = name_ + ".tmp";
  {
    std::ifstream in(name_);
    std::ofstream out(temporary, std::ios::binary);
    std::string line;
    while (std::getline(in, line)) {
      const Json record = Json::parse(line, nullptr, false);
      if (record.is_discarded() || !record.is_object() || !record.contains("step") ||
          !record["step"].is_number_integer() || record["step"].get<std::int64_t>() >= first_step)
        break;
      out << line << '\n';
    }
    out.close();
    if (!out) throw Error(Kind::io, temporary + ": cannot be written");
  }
  sync(temporary);
  rename_synced(temporary, name_);
}

void TrainingLog::write(const train::StepReport& report) {
  if (name_.empty()) return;
  if (!file_) {
    cut(report.step);
    file_ = std::fopen(name_.c_str(), "a");
    if (!file_)
      throw Error(Kind::io, fmt::format("{}: cannot be written ({})", name_, std::strerror(errno)));
  }
  // Numbers that do not depend on time come first, in their shortest exact form.
  Json line = {{"step", report.step},        {"loss", report.loss},
               {"lr", report.learning_rate}, {"grad_norm", report.diff_norm},
               {"epoch", report.epochs},     {"tokens_per_second", report.tokens_per_second}};
  // The loop keeps what is greatest, so it was told the negative.
  if (report.dev) line["dev"] = -*report.dev;
  const std::string text = line.dump() + "\n";
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size() || std::fflush(file_) != 0)
    throw Error(Kind::io, fmt::format("{}: cannot be written ({})", name_, std::strerror(errno)));
}

}  // namespace nlp::cli
