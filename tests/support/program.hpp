// Runs the built programs as a user's script does.
#pragma once
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "support/golden.hpp"
#include "support/paths.hpp"
#include "support/temporary_directory.hpp"

namespace program {

using Arguments = std::vector<std::string>;

inline std::string driver() { return paths::programs() + "/nlp"; }
inline std::string model(const std::string& name) { return golden::model(name).string(); }

inline std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Becomes `nlp ARGUMENTS`.  Ends by itself after a minute, so that a test cannot hang.
[[noreturn]] inline void become(const Arguments& arguments) {
  std::vector<char*> argv = {const_cast<char*>("nlp")};
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::alarm(60);
  ::signal(SIGPIPE, SIG_DFL);
  ::execv(driver().c_str(), argv.data());
  ::_exit(127);
}

struct Ended {
  int exit = 0;  // 128 + the signal where it was killed
  std::string out, err;
};

inline int wait_for(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// `nlp ARGUMENTS < input`.
inline Ended run(const Arguments& arguments, std::string_view input = "") {
  const TemporaryDirectory folder;
  const auto in = folder.write("in", input);
  const auto out = folder.path() / "out", err = folder.path() / "err";
  const pid_t child = ::fork();
  if (child == 0) {
    const auto open_as = [](int descriptor, const std::filesystem::path& file, int flags) {
      const int opened = ::open(file.c_str(), flags, 0600);
      if (opened < 0 || ::dup2(opened, descriptor) < 0) ::_exit(126);
      ::close(opened);
    };
    open_as(0, in, O_RDONLY);
    open_as(1, out, O_WRONLY | O_CREAT);
    open_as(2, err, O_WRONLY | O_CREAT);
    become(arguments);
  }
  Ended ended;
  ended.exit = wait_for(child);
  ended.out = read(out);
  ended.err = read(err);
  return ended;
}

inline std::vector<std::string> lines(const std::string& text, char separator = '\n') {
  std::vector<std::string> found;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line, separator);) found.push_back(line);
  return found;
}

// The JSON records that a command must have written.
inline std::vector<nlp::Json> records(const Ended& ended) {
  INFO(ended.err);
  REQUIRE(ended.exit == 0);
  std::vector<nlp::Json> found;
  for (const auto& line : lines(ended.out)) found.push_back(nlp::Json::parse(line));
  return found;
}

inline std::vector<nlp::Json> records(const Arguments& arguments, std::string_view input) {
  return records(run(arguments, input));
}

// A command with a pipe at both ends.
class Piped {
 public:
  explicit Piped(const Arguments& arguments) {
    int in[2], out[2];
    if (::pipe(in) != 0 || ::pipe(out) != 0) throw std::runtime_error("pipe");
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(in[0], 0);
      ::dup2(out[1], 1);
      for (const int end : {in[0], in[1], out[0], out[1]}) ::close(end);
      become(arguments);
    }
    ::close(in[0]);
    ::close(out[1]);
    in_ = in[1];
    out_ = out[0];
  }
  ~Piped() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      wait();
    }
    close_input();
    close_output();
  }
  Piped(const Piped&) = delete;
  Piped& operator=(const Piped&) = delete;

  bool write(std::string_view bytes) {
    const auto before = ::signal(SIGPIPE, SIG_IGN);
    const bool whole =
        ::write(in_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
    ::signal(SIGPIPE, before);
    return whole;
  }
  std::string read_line() {
    std::string line;
    for (char c; ::read(out_, &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }
  void close_input() { close(in_); }
  void close_output() { close(out_); }
  void kill(int signal) const { ::kill(child_, signal); }
  int wait() { return wait_for(std::exchange(child_, 0)); }
  pid_t process() const { return child_; }

 private:
  static void close(int& end) {
    if (end >= 0) ::close(std::exchange(end, -1));
  }
  pid_t child_ = 0;
  int in_ = -1, out_ = -1;
};

}  // namespace program
