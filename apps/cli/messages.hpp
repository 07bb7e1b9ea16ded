// What goes to stderr: errors, warnings, what -v tells, progress.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace nlp::cli {

class Messages {
 public:
  explicit Messages(std::string program) : program_(std::move(program)) {}

  void error(std::string_view message) const;  // always
  void warn(std::string_view message) const;   // not under -q
  void info(std::string_view message) const;   // under -v
  // A warning of so many characters that were no UTF-8; none of 0.  where: of what file or option,
  // or empty.
  void warn_of_repaired(std::uint64_t count, std::string_view where = {}) const;
  // The same of so many texts (noun) that were cut.
  void warn_of_cut(std::uint64_t count, std::string_view noun, std::string_view where = {}) const;
  const std::string& program() const { return program_; }  // "nlp-fill-mask"

  // Set by the options.
  bool quiet = false;
  bool verbose = false;
  bool color = false;
  std::string progress = "auto";

 private:
  friend class Progress;
  void print(std::string_view kind, std::string_view message) const;

  std::string program_;
  mutable std::atomic<bool> on_line_ = false;  // progress stands on the terminal's line
};

// A line that is overwritten while records go by.  Shown where stderr is a terminal and stdout is
// none, or always; where stderr is no terminal, a line a second.
class Progress {
 public:
  // `noun`: what is counted.
  Progress(const Messages& messages, bool stdout_is_terminal, std::string_view noun = "record");
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void add(std::uint64_t records);  // that are done
  void show(std::string text);      // instead of a count

 private:
  void print_in_time();
  void print();

  const Messages& messages_;
  std::string noun_;
  bool shown_ = false;
  bool terminal_ = false;
  std::uint64_t records_ = 0;
  std::string text_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point next_ = start_;
};

// "1 text", "2 texts".
std::string counted(std::uint64_t count, std::string_view noun);

}  // namespace nlp::cli
