#include "support/program.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace program {

std::string driver() { return paths::programs() + "/nlp"; }
std::string model(const std::string& name) { return paths::data("models/" + name); }

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void become(const Arguments& arguments) {
  std::vector<char*> argv = {const_cast<char*>("nlp")};
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::alarm(60);
  ::signal(SIGPIPE, SIG_DFL);
  ::execv(driver().c_str(), argv.data());
  ::_exit(127);
}

int wait_for(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

Ended run(const Arguments& arguments, std::string_view input) {
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

std::vector<std::string> lines(const std::string& text, char separator) {
  std::vector<std::string> found;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line, separator);) found.push_back(line);
  return found;
}

std::vector<nlp::Json> records(const Ended& ended) {
  INFO(ended.err);
  REQUIRE(ended.exit == 0);
  std::vector<nlp::Json> found;
  for (const auto& line : lines(ended.out)) found.push_back(nlp::Json::parse(line));
  return found;
}

std::vector<nlp::Json> records(const Arguments& arguments, std::string_view input) {
  return records(run(arguments, input));
}

Piped::Piped(const Arguments& arguments) {
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

Piped::~Piped() {
  if (child_ > 0) {
    kill(SIGKILL);
    wait();
  }
  close_input();
  close_output();
}

bool Piped::write(std::string_view bytes) {
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  const bool whole = ::write(in_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  ::signal(SIGPIPE, before);
  return whole;
}

std::string Piped::read_line() {
  std::string line;
  for (char c; ::read(out_, &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

void Piped::kill(int signal) const { ::kill(child_, signal); }

int Piped::wait() { return wait_for(std::exchange(child_, 0)); }

void Piped::close(int& end) {
  if (end >= 0) ::close(std::exchange(end, -1));
}

}  // namespace program
