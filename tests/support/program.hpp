// Runs the built programs as a user's script does.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "support/catch.hpp"
#include "support/paths.hpp"
#include "support/temporary_directory.hpp"

namespace program {

using Arguments = std::vector<std::string>;

inline Arguments operator+(Arguments left, const Arguments& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

std::string driver();
std::string model(const std::string& name);
std::string read(const std::filesystem::path& file);

// Becomes `nlp ARGUMENTS`.  Ends by itself after a minute, so that a test cannot hang.
[[noreturn]] void become(const Arguments& arguments);

struct Ended {
  int exit = 0;  // 128 + the signal where it was killed
  std::string out, err;
};

int wait_for(pid_t child);

// `nlp ARGUMENTS < input`.
Ended run(const Arguments& arguments, std::string_view input = "");

std::vector<std::string> lines(const std::string& text, char separator = '\n');

// The JSON records that a command must have written.
std::vector<nlp::Json> records(const Ended& ended);
std::vector<nlp::Json> records(const Arguments& arguments, std::string_view input);

// A command with a pipe at both ends.
class Piped {
 public:
  explicit Piped(const Arguments& arguments);
  ~Piped();
  Piped(const Piped&) = delete;
  Piped& operator=(const Piped&) = delete;

  bool write(std::string_view bytes);
  std::string read_line();
  void close_input() { close(in_); }
  void close_output() { close(out_); }
  void kill(int signal) const;
  int wait();
  pid_t process() const { return child_; }

 private:
  static void close(int& end);

  pid_t child_ = 0;
  int in_ = -1, out_ = -1;
};

}  // namespace program
