#include "cli/download_bar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/display_names.hpp"
#include "cli/size.hpp"

namespace nlp::cli {
namespace {

constexpr std::size_t kWidth = 20;     // of the bar
constexpr std::size_t kLongName = 24;  // what is longer keeps its end

std::string end_of_name(const std::string& path) {
  std::string name = displayable(path);
  if (name.size() <= kLongName) return name;
  name = name.substr(name.size() - kLongName + 2);
  while (!name.empty() && (static_cast<unsigned char>(name.front()) & 0xC0) == 0x80)
    name.erase(0, 1);
  return fmt::format("..{}", name);
}

std::string time_text(double seconds) {
  if (seconds < 60) return fmt::format("{:.0f} s", seconds);
  const auto minutes = static_cast<std::int64_t>(seconds / 60);
  return minutes < 60 ? fmt::format("{} min", minutes)
                      : fmt::format("{} h {:02} min", minutes / 60, minutes % 60);
}

}  // namespace

std::string bar_text(const store::PullProgress& progress, std::uint64_t fresh, double seconds) {
  std::string text =
      fmt::format("[{}/{}] {}", progress.file, progress.files, end_of_name(progress.path));
  const double rate = static_cast<double>(fresh) / std::max(seconds, 1e-3);
  const std::string speed = size_text(static_cast<std::uint64_t>(rate)) + "/s";
  if (progress.total == 0) return fmt::format("{}  {}  {}", text, size_text(progress.bytes), speed);
  const double share =
      std::min(1.0, static_cast<double>(progress.bytes) / static_cast<double>(progress.total));
  const auto full = static_cast<std::size_t>(share * kWidth);
  text += fmt::format(" {}{} {:3.0f} %  {} of {}  {}", std::string(full, '#'),
                      std::string(kWidth - full, '.'), 100 * share, size_text(progress.bytes),
                      size_text(progress.total), speed);
  if (rate >= 1 && progress.bytes < progress.total)
    text += fmt::format(
        "  {} left",
        time_text(std::ceil(static_cast<double>(progress.total - progress.bytes) / rate)));
  return text;
}

DownloadBar::DownloadBar(const Messages& messages, bool disabled) {
  if (!disabled || messages.progress == "always") line_.emplace(messages, false, "byte");
}

void DownloadBar::show(const store::PullProgress& progress) {
  if (!line_) return;
  const auto now = std::chrono::steady_clock::now();
  if (progress.path != path_) {
    path_ = progress.path;
    first_ = progress.bytes;
    start_ = now;
  }
  const std::chrono::duration<double> passed = now - start_;
  line_->show(
      bar_text(progress, progress.bytes - std::min(first_, progress.bytes), passed.count()));
}

}  // namespace nlp::cli
