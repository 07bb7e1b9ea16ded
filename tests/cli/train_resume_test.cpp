// Training runs that are killed, or fail, and go on.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <thread>

#include "support/catch.hpp"
#include "support/program.hpp"

using namespace program;
using nlp::Json;
namespace fs = std::filesystem;

namespace {

constexpr const char* kState = "training.safetensors";

// `nlp ARGUMENTS` that is not waited for; its errors go to a file.
pid_t start(
    const Arguments& arguments, const fs::path& errors,
    const std::function<void()>& before = [] {}) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int null = ::open("/dev/null", O_RDWR),
              err = ::open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(null, 0);
    ::dup2(null, 1);
    ::dup2(err, 2);
    before();
    become(arguments);
  }
  return child;
}

// The log's lines, without what depends on time.
std::vector<Json> log_of(const fs::path& file) {
  std::vector<Json> found;
  for (const auto& line : lines(read(file))) {
    Json record = Json::parse(line, nullptr, false);
    if (record.is_discarded()) break;  // it was being written
    record.erase("tokens_per_second");
    found.push_back(record);
  }
  return found;
}

// A kind of training, on data of this folder.
struct Task {
  std::string name;
  Arguments arguments;  // without -o, --log, --resume
};

std::vector<Task> tasks(const TemporaryDirectory& folder) {
  std::string text, set;
  for (int k = 0; k < 60; ++k) {
    text += "the sun number " + std::to_string(k) + " is bright and the day is long .\n";
    set += "the day number " + std::to_string(k) + (k % 2 ? " is good\tgood\n" : " is bad\tbad\n");
  }
  const Arguments common = {"-m",
                            model("bert-mlm"),
                            "--steps",
                            "120",
                            "--save-every",
                            "7",
                            "--batch-tokens",
                            "120",
                            "--max-length",
                            "32",
                            "-t",
                            "2",
                            "--lr",
                            "1e-3",
                            "--warmup",
                            "5",
                            "--seed",
                            "3",
                            "-q"};
  const std::string texts = folder.write("texts.txt", text), rows = folder.write("set.tsv", set);
  return {{"mlm", Arguments{"train", "mlm"} + common + Arguments{texts}},
          {"classify", Arguments{"train", "classify"} + common +
                           Arguments{"--dev", rows, "--dev-every", "10", rows}}};
}

// Whether the model of a directory can be read.
bool is_read(const fs::path& directory) {
  return run({"embed", "-m", directory}, "the sun is bright .\n").exit == 0;
}

// Kills a run once its log has `count` lines; whether it was still going.
bool killed_at(const Arguments& arguments, const TemporaryDirectory& folder, const fs::path& log,
               const fs::path& directory, std::size_t count) {
  const pid_t child = start(arguments, folder.path() / "err");
  for (int k = 0; k < 5000; ++k) {
    siginfo_t ended = {};
    ::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT);
    if (ended.si_pid == child) break;
    if (fs::exists(directory / kState) && log_of(log).size() >= count) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  ::kill(child, SIGKILL);
  return wait_for(child) == 128 + SIGKILL;
}

// The same for a run that begins.  Where the machine is so busy that the run ends first, it is
// begun again.
bool begun_and_killed(const Arguments& arguments, const TemporaryDirectory& folder,
                      const fs::path& log, const fs::path& directory, std::size_t count) {
  for (int tries = 0; tries < 10; ++tries) {
    if (killed_at(arguments, folder, log, directory, count)) return true;
    fs::remove_all(directory);
    fs::remove(log);
  }
  return false;
}

}  // namespace

TEST_CASE("a run that was killed goes on as if it had not been: the same log and bytes", "[cli]") {
  const TemporaryDirectory folder;
  for (const Task& task : tasks(folder)) {
    INFO(task.name);
    const fs::path whole = folder.path() / (task.name + "-whole"),
                   parts = folder.path() / (task.name + "-parts"),
                   whole_log = folder.path() / (task.name + "-whole.jsonl"),
                   parts_log = folder.path() / (task.name + "-parts.jsonl");
    const auto ended = run(task.arguments + Arguments{"-o", whole, "--log", whole_log});
    INFO(ended.err);
    REQUIRE(ended.exit == 0);
    CHECK(!fs::exists(whole / kState));

    const Arguments again = task.arguments + Arguments{"-o", parts, "--log", parts_log};
    REQUIRE(begun_and_killed(again, folder, parts_log, parts, 10));
    // A checkpoint is whole: a model that can be read stands beside its state.
    CHECK(is_read(parts));
    const Arguments on = again + Arguments{"--resume"};
    if (killed_at(on, folder, parts_log, parts, 40)) {
      const auto last = run(on);
      INFO(last.err);
      REQUIRE(last.exit == 0);
    }

    const auto expected = log_of(whole_log), found = log_of(parts_log);
    REQUIRE(expected.size() == 120);
    REQUIRE(found.size() == 120);
    for (std::size_t k = 0; k < 120; ++k) {
      INFO("step " << k + 1);
      CHECK(found[k].dump() == expected[k].dump());
    }
    for (const char* const file : {"model.safetensors", "config.json"})
      CHECK(read(parts / file) == read(whole / file));
    CHECK(!fs::exists(parts / kState));
  }
}

TEST_CASE("the best model so far is still known when a run goes on", "[cli]") {
  const TemporaryDirectory folder;
  std::string set, other;
  for (int k = 0; k < 40; ++k) {
    set += "the day " + std::to_string(k) + (k % 2 ? " is good\tgood\n" : " is bad\tbad\n");
    other += "the day " + std::to_string(k) + (k % 2 ? " is bad\tgood\n" : " is good\tbad\n");
  }
  // What is learnt makes the development set worse, so that the best model is an early one.
  const std::string rows = folder.write("set.tsv", set), dev = folder.write("dev.tsv", other);
  const auto arguments = [&](const char* name) {
    return Arguments{"train",
                     "classify",
                     "-m",
                     model("bert-mlm"),
                     "--steps",
                     "150",
                     "--lr",
                     "2e-3",
                     "--dev",
                     dev,
                     "--dev-every",
                     "4",
                     "--warmup",
                     "1",
                     "--save-every",
                     "5",
                     "--batch-tokens",
                     "100",
                     "-q",
                     "-t",
                     "1",
                     "-o",
                     folder.path() / name,
                     "--log",
                     folder.path() / (std::string(name) + ".jsonl"),
                     rows};
  };
  REQUIRE(run(arguments("whole")).exit == 0);
  const auto log = log_of(folder.path() / "whole.jsonl");
  std::size_t best = 0;
  double least = 1e9;  // the log has losses
  for (const Json& line : log)
    if (line.contains("dev") && line["dev"].get<double>() < least) {
      least = line["dev"].get<double>();
      best = line["step"].get<std::size_t>();
    }
  CHECK(least > 0);
  REQUIRE(best < 40);
  REQUIRE(begun_and_killed(arguments("parts"), folder, folder.path() / "parts.jsonl",
                           folder.path() / "parts", 60));
  REQUIRE(run(arguments("parts") + Arguments{"--resume"}).exit == 0);
  CHECK(read(folder.path() / "parts" / "model.safetensors") ==
        read(folder.path() / "whole" / "model.safetensors"));
}

TEST_CASE("--resume refuses another recipe by the option's name, and a directory without a state",
          "[cli]") {
  const TemporaryDirectory folder;
  const fs::path target = folder.path() / "out", log = folder.path() / "log.jsonl";
  const auto all = tasks(folder);
  const Arguments arguments = all[0].arguments + Arguments{"-o", target, "--log", log};
  const auto refused = [&](const Arguments& more, int exit, const std::string& what) {
    const auto ended = run(arguments + Arguments{"--resume"} + more);
    INFO(ended.err);
    CHECK(ended.exit == exit);
    CHECK(ended.err.find(what) != std::string::npos);
  };
  refused({}, 3, "no state of a run");
  REQUIRE(begun_and_killed(arguments, folder, log, target, 8));
  const std::string state = read(target / kState);
  const auto anew = run(arguments);
  CHECK(anew.exit == 2);
  CHECK(anew.err.find("--resume") != std::string::npos);
  refused({"--dropout", "0.2"}, 2, "--dropout");
  refused({"--weight-decay", "0.5"}, 2, "--weight-decay");
  refused({"--whole-word"}, 2, "--whole-word");
  refused({"--subsample", "0.01"}, 2, "--subsample");
  refused({"--dtype", "bf16"}, 2, "--dtype");
  CHECK(read(target / kState) == state);
  REQUIRE(run(arguments + Arguments{"--resume"}).exit == 0);
  refused({}, 3, "no state of a run");  // it has ended
}

TEST_CASE("a disk that is full leaves the last checkpoint as it was", "[cli]") {
  const TemporaryDirectory folder;
  const auto all = tasks(folder);
  const fs::path whole = folder.path() / "whole";
  REQUIRE(run(all[0].arguments + Arguments{"-o", whole}).exit == 0);
  // The model has 180 KB, the state three times as much.
  for (const rlim_t most : {rlim_t{100} << 10, rlim_t{300} << 10}) {
    const std::string name = "out" + std::to_string(most);
    const fs::path target = folder.path() / name, log = folder.path() / (name + ".jsonl"),
                   errors = folder.path() / "errors";
    const Arguments arguments = all[0].arguments + Arguments{"-o", target, "--log", log};
    REQUIRE(begun_and_killed(arguments, folder, log, target, 10));
    const std::string state = read(target / kState);
    const pid_t child = start(arguments + Arguments{"--resume"}, errors, [most] {
      const rlimit limit = {most, most};
      ::signal(SIGXFSZ, SIG_IGN);
      ::setrlimit(RLIMIT_FSIZE, &limit);
    });
    const int exit = wait_for(child);
    INFO(read(errors));
    CHECK(exit == 1);
    CHECK(read(errors).find("safetensors") != std::string::npos);
    CHECK(read(target / kState) == state);
    for (const auto& entry : fs::directory_iterator(target))
      CHECK(entry.path().extension() != ".tmp");
    CHECK(is_read(target));
    REQUIRE(run(arguments + Arguments{"--resume"}).exit == 0);
    CHECK(read(target / "model.safetensors") == read(whole / "model.safetensors"));
  }
}

TEST_CASE("a loss that is no number any more ends the run, and says so", "[cli]") {
  const TemporaryDirectory folder;
  const std::string text = folder.write("a.txt", "the sun is bright .\nthe day is long .\n");
  const auto ended = run({"train", "mlm", "-m", model("bert-mlm"), "--steps", "500", "--lr", "1000",
                          "--clip", "0", "--warmup", "0", "-q", "-o", folder.path() / "out", text});
  CHECK(ended.exit == 3);
  CHECK(ended.err.find("no number") != std::string::npos);
  CHECK(ended.err.find("--lr") != std::string::npos);
}
