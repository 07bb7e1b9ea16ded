#include "cli/display_names.hpp"
#include "support/program.hpp"

using program::run;

namespace {
const std::string kLog =
    "{\"step\":1,\"loss\":9,\"lr\":0.1}\n{\"step\":2,\"loss\":5,\"lr\":0.2,\"dev\":6}\n"
    "{\"step\":3,\"loss\":3,\"lr\":0.1}\n";
}

TEST_CASE("plot loss draws a log of stdin as blocks", "[cli]") {
  const auto ended = run({"plot", "loss", "--title", "A run"}, kLog);
  INFO(ended.err);
  CHECK(ended.exit == 0);
  CHECK(ended.err.empty());
  CHECK(program::lines(ended.out).size() == 24);
  CHECK(ended.out.find("A run") != std::string::npos);
  CHECK(ended.out.find("stdin  (● dev)") != std::string::npos);
  CHECK(ended.out.find('\033') == std::string::npos);
  const auto colored = run({"plot", "loss", "--color", "always", "--width", "50"}, kLog);
  CHECK(colored.out.find("\033[38;5;") != std::string::npos);
}

TEST_CASE("plot loss writes the kind of file that its name says, whole", "[cli]") {
  const TemporaryDirectory folder;
  const std::string log = folder.write("模型 <1>.jsonl", kLog);
  for (const auto& [name, start] : {std::pair<const char*, const char*>{"a.svg", "<svg "},
                                    {"a.PNG", "\x89PNG"},
                                    {"a.pdf", "%PDF"},
                                    {"a.html", "<!doctype html>"}}) {
    const auto file = folder.path() / name;
    const auto ended = run({"plot", "loss", log, "--rate", "-o", file.string()});
    INFO(ended.err);
    CHECK(ended.exit == 0);
    CHECK(ended.out.empty());
    CHECK(program::read(file).rfind(start, 0) == 0);
    CHECK_FALSE(std::filesystem::exists(file.string() + ".tmp"));
  }
  CHECK(program::read(folder.path() / "a.svg").find(">模型 &lt;1&gt;</text>") != std::string::npos);
}

TEST_CASE("plot loss writes its numbers as arrays", "[cli]") {
  const TemporaryDirectory folder;
  const std::string log = folder.write("log.jsonl", kLog), data = folder.path() / "n.npz";
  CHECK(run({"plot", "loss", log, log, "--rate", "--data", data}).exit == 0);
  const std::string bytes = program::read(data);
  CHECK(bytes.rfind("PK", 0) == 0);
  for (const auto* name :
       {"step.0.npy", "loss.0.npy", "smooth.0.npy", "dev.0.npy", "lr.0.npy", "loss.1.npy"})
    CHECK(bytes.find(name) != std::string::npos);
  const float losses[] = {9, 5, 3};
  CHECK(bytes.find(std::string(reinterpret_cast<const char*>(losses), sizeof losses)) !=
        std::string::npos);
}

TEST_CASE("plot loss refuses what it cannot draw, with the reason", "[cli]") {
  const TemporaryDirectory folder;
  const std::string log = folder.write("log.jsonl", kLog);
  const std::string broken = folder.write("broken.jsonl", kLog + "{\"step\":\n" + kLog);
  const auto said = [](const program::Arguments& arguments, int exit, const std::string& part) {
    const auto ended = run(arguments);
    INFO(ended.err);
    CHECK(ended.exit == exit);
    CHECK(ended.out.empty());
    CHECK(ended.err.rfind("nlp-plot-loss: ", 0) == 0);
    CHECK(ended.err.find(part) != std::string::npos);
  };
  const std::string svg = folder.path() / "a.svg";
  said({"plot", "loss", broken, "-o", svg}, 3, broken + ":4: not JSON");
  CHECK_FALSE(std::filesystem::exists(svg));
  said({"plot", "loss", log, "-o", folder.path() / "a.gif"}, 2, "expected .svg, .png");
  said({"plot", "loss", log, "-o", svg, "--scale", "2"}, 2, "only a .png");
  said({"plot", "loss", log, "-o", svg, "--width", "10"}, 2, "--width: out of range");
  said({"plot", "loss", log, "--height", "3"}, 2, "--height: out of range");
  said({"plot", "loss", folder.path() / "none"}, 3, "none");
  said({"plot", "loss", log, "-o", svg, "--data", svg}, 2, "same file");
}

TEST_CASE("files are named as short as they can be told apart", "[cli]") {
  using Names = std::vector<std::string>;
  CHECK(nlp::cli::display_names({"runs/a.jsonl", "b.log", "-"}) == Names{"a", "b", "stdin"});
  CHECK(nlp::cli::display_names({"x/log.jsonl", "y/log.jsonl"}) ==
        Names{"x/log.jsonl", "y/log.jsonl"});
  CHECK(nlp::cli::display_names({"a\x1b[31m\xFF.jsonl"}) == Names{"a\uFFFD[31m\uFFFD"});
  const auto names = nlp::cli::display_names({std::string(50, 'a') + "z"});
  CHECK(names[0] == "…" + std::string(38, 'a') + "z");
}
