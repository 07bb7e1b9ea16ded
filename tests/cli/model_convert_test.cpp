#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "cli/signals.hpp"
#include "support/program.hpp"

using program::run;

TEST_CASE("converted models serve the commands that the model serves", "[cli]") {
  const TemporaryDirectory folder;
  const auto converted = [&](const std::string& model, const std::string& type) {
    const std::string target = folder.path() / (model + "-" + type);
    const auto ended =
        run({"model", "convert", "-m", program::model(model), "--dtype", type, "-o", target});
    INFO(ended.err);
    REQUIRE(ended.exit == 0);
    CHECK(ended.out.empty());
    CHECK(ended.err.empty());
    return target;
  };
  struct Case {
    const char* model;
    program::Arguments command;
    const char* input;
  };
  for (const Case& each : {Case{"bert-mlm", {"fill-mask", "--json"}, "the [MASK] is here\n"},
                           Case{"bert-ner", {"ner", "--json"}, "the sun is here\n"},
                           Case{"bert-sentiment", {"classify", "--json"}, "the sun is here\n"},
                           Case{"bert-mlm", {"embed", "-f", "jsonl"}, "the sun is here\n"},
                           Case{"t5", {"generate", "--json"}, "the sun is here\n"}}) {
    INFO(each.model);
    const auto with = [&](const std::string& model) {
      auto arguments = each.command;
      arguments.insert(arguments.end(), {"-m", model});
      return run(arguments, each.input);
    };
    const auto exact = with(program::model(each.model));
    REQUIRE(exact.exit == 0);
    const std::string f32 = converted(each.model, "f32"), int8 = converted(each.model, "int8");
    CHECK(with(f32).out == exact.out);
    CHECK(program::records(with(int8)).size() == 1);
    CHECK(program::records(with(converted(each.model, "bf16"))).size() == 1);
    std::filesystem::remove_all(folder.path() / (std::string(each.model) + "-f32"));
    std::filesystem::remove_all(folder.path() / (std::string(each.model) + "-bf16"));
    std::filesystem::remove_all(folder.path() / (std::string(each.model) + "-int8"));
  }
}

TEST_CASE("model convert refuses what it cannot do, with the reason", "[cli]") {
  const TemporaryDirectory folder;
  const std::string model = program::model("bert-mlm"), out = folder.path() / "out";
  ::unsetenv("NLP_MODEL");
  const auto said = [](const program::Arguments& arguments, int exit, const std::string& part) {
    const auto ended = run(arguments);
    INFO(ended.err);
    CHECK(ended.exit == exit);
    CHECK(ended.out.empty());
    CHECK(ended.err.find("nlp-model") == 0);
    CHECK(ended.err.find(part) != std::string::npos);
  };
  said({"model", "convert", "--dtype", "int8", "-o", out}, 2, "-m DIRECTORY");
  said({"model", "convert", "-m", model, "-o", out}, 2, "--dtype");
  said({"model", "convert", "-m", model, "--dtype", "int4", "-o", out}, 2, "int4");
  said({"model", "convert", "-m", model, "--dtype", "int8"}, 2, "--output");
  REQUIRE(run({"model", "convert", "-m", model, "--dtype", "int8", "-o", folder.path()}).exit == 0);
  said({"model", "convert", "-m", model, "--dtype", "int8", "-o", folder.path()}, 2, "not empty");
  said({"model", "convert", "-m", out, "--dtype", "int8", "-o", out}, 4, out);
  said({"model", "convert", "-m", model, "--dtype", "int8", "--shards", "layers", "-o", out}, 2,
       "layers");
  said({"model", "convert", "-m", model, "--dtype", "f32", "--share", model, "-o", out}, 4,
       "--shards tables");
  said({"model", "convert", "-m", model, "--dtype", "f32", "--share", "no-such", "-o", out}, 4,
       "no-such");
  said({"model", "frobnicate"}, 2, "frobnicate");
  said({"model", "-q", "convert"}, 2, "nlp model convert");
}

TEST_CASE("a command of a command has its help, manual and completions", "[cli]") {
  const auto own = run({"model", "--help"});
  CHECK(own.exit == 0);
  CHECK(own.out.find("  convert ") != std::string::npos);
  const auto alone = run({"model"});
  CHECK(alone.exit == 2);
  CHECK(alone.err.find("nlp model --help") != std::string::npos);
  const auto help = run({"model", "convert", "--help"});
  CHECK(help.exit == 0);
  CHECK(help.out.find("Usage: nlp model convert") != std::string::npos);
  CHECK(help.out.find("--dtype f32|bf16|int8") != std::string::npos);
  CHECK(run({"help", "model", "convert"}).out == help.out);
  CHECK(run({"help", "model"}).out == own.out);
  const auto page = run({"model", "convert", "--help-man"});
  CHECK(page.out.find(".TH NLP-MODEL-CONVERT 1") != std::string::npos);
  CHECK(run({"model", "--help-man"}).out.find("nlp\\-model\\-convert") != std::string::npos);
}

TEST_CASE("an interrupted conversion leaves no directory", "[cli]") {
  const TemporaryDirectory folder;
  const std::string out = folder.path() / "out";
  program::Piped command(
      {"model", "convert", "-m", program::model("bert-mlm"), "--dtype", "bf16", "-o", out});
  // While it works: its own directory is there then.
  for (int k = 0; k < 20000 && std::filesystem::is_empty(folder.path()); ++k) ::usleep(500);
  command.kill(SIGTERM);
  const int exit = command.wait();
  CHECK((exit == 0 || exit == 128 + SIGTERM));
  CHECK(std::filesystem::exists(out) == (exit == 0));
  CHECK(std::filesystem::is_empty(folder.path()) == (exit != 0));
}

TEST_CASE("a deferred signal is told where the command asks for it", "[cli]") {
  const pid_t child = ::fork();
  if (child == 0) {
    nlp::cli::handle_signals();
    nlp::cli::defer_signals();
    nlp::cli::check_signals();
    ::raise(SIGINT);
    try {
      nlp::cli::check_signals();
    } catch (const nlp::cli::Signalled& signalled) {
      ::_exit(signalled.signal == SIGINT ? 7 : 8);
    }
    ::_exit(9);
  }
  CHECK(program::wait_for(child) == 7);
}
