#include "cli/commands.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <set>
#include <sstream>

#include "base/error.hpp"
#include "cli/model_store.hpp"

extern char** environ;

namespace nlp::cli {
namespace {
namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "nlp-";

std::vector<fs::path> folders() {
  const fs::path own = program_directory();
  std::vector<fs::path> found = {own, own.parent_path() / "libexec" / "nlp"};
  std::istringstream path(environment("PATH").value_or(""));
  for (std::string folder; std::getline(path, folder, ':');)
    found.emplace_back(folder.empty() ? "." : folder);
  return found;
}

bool is_program(const fs::path& file) {
  std::error_code ignored;
  return fs::is_regular_file(file, ignored) && ::access(file.c_str(), X_OK) == 0;
}
}  // namespace

fs::path find_command(const std::string& command) {
  if (command.empty() || command.find('/') != std::string::npos) return {};
  for (const fs::path& folder : folders()) {
    const fs::path program = folder / (std::string(kPrefix) + command);
    if (is_program(program)) return program;
  }
  return {};
}

std::vector<std::string> found_commands() {
  std::set<std::string> names;
  for (const fs::path& folder : folders()) {
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(folder, failed)) {
      const std::string name = entry.path().filename();
      if (name.rfind(kPrefix, 0) == 0 && is_program(entry.path()))
        names.insert(name.substr(kPrefix.size()));
    }
  }
  return {names.begin(), names.end()};
}

std::string output_of(const fs::path& program, std::vector<std::string> arguments) {
  const auto fail = [&](int error) {
    throw Error(Kind::io,
                fmt::format("{}: cannot be run ({})", program.string(), std::strerror(error)));
  };
  int pipe[2];
  if (::pipe(pipe) != 0) fail(errno);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_addclose(&actions, pipe[0]);
  ::posix_spawn_file_actions_addclose(&actions, pipe[1]);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  const int error = ::posix_spawn(&child, program.c_str(), &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  std::string text;
  char chunk[4096];
  for (ssize_t got; error == 0 && ((got = ::read(pipe[0], chunk, sizeof chunk)) > 0 ||
                                   (got < 0 && errno == EINTR));)
    if (got > 0) text.append(chunk, static_cast<std::size_t>(got));
  ::close(pipe[0]);
  if (error != 0) fail(error);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (status != 0)
    throw Error(Kind::io, fmt::format("{}: ended with status {}", program.string(), status));
  return text;
}

}  // namespace nlp::cli
