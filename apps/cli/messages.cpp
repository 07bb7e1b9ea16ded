#include "cli/messages.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace nlp::cli {
namespace {
// Whole lines in one call, so that several programs' messages do not mix.  Nothing can be done
// where stderr is closed.
void put(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}
constexpr std::string_view kClearLine = "\r\033[K";
}  // namespace

void Messages::print(std::string_view kind, std::string_view message) const {
  const auto colored = [&](std::string_view text, const char* code) {
    return color ? fmt::format("\033[{}m{}\033[0m", code, text) : std::string(text);
  };
  put(fmt::format("{}{}: {}{}\n", on_line_.exchange(false) ? kClearLine : "",
                  colored(program_, "1"), kind.empty() ? "" : colored(kind, "33") + ": ", message));
}

void Messages::error(std::string_view message) const { print("", message); }
void Messages::warn(std::string_view message) const {
  if (!quiet) print("warning", message);
}

void Messages::warn_of_repaired(std::uint64_t count, std::string_view where) const {
  if (count > 0)
    warn(fmt::format("{}{}{} that was no UTF-8 replaced by U+FFFD", where,
                     where.empty() ? "" : ": ", counted(count, "place")));
}

void Messages::warn_of_cut(std::uint64_t count, std::string_view noun,
                           std::string_view where) const {
  if (count > 0)
    warn(fmt::format("{}{}{} cut to what the model takes", where, where.empty() ? "" : ": ",
                     counted(count, noun)));
}
void Messages::info(std::string_view message) const {
  if (verbose) print("", message);
}

Progress::Progress(const Messages& messages, bool stdout_is_terminal, std::string_view noun)
    : messages_(messages), noun_(noun), terminal_(::isatty(STDERR_FILENO) == 1) {
  const bool fits = terminal_ && !stdout_is_terminal && !messages.quiet;
  shown_ = messages.progress == "always" || (messages.progress == "auto" && fits);
}

Progress::~Progress() {
  if (!shown_) return;
  print();
  if (terminal_) put("\n");
  messages_.on_line_ = false;
}

void Progress::add(std::uint64_t records) {
  records_ += records;
  print_in_time();
}

void Progress::show(std::string text) {
  text_ = std::move(text);
  print_in_time();
}

void Progress::print_in_time() {
  if (!shown_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + (terminal_ ? std::chrono::milliseconds(200) : std::chrono::seconds(1));
  print();
}

void Progress::print() {
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
  const double rate = static_cast<double>(records_) / std::max(passed.count(), 1e-3);
  const std::string text = text_.empty()
                               ? fmt::format("{}: {}, {:.0f}/s, {:.1f} s", messages_.program(),
                                             counted(records_, noun_), rate, passed.count())
                               : fmt::format("{}: {}", messages_.program(), text_);
  put(terminal_ ? fmt::format("{}{}", kClearLine, text) : text + "\n");
  messages_.on_line_ = terminal_;
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace nlp::cli
