#include <algorithm>
#include <cstdlib>

#include "cli/manual.hpp"
#include "support/program.hpp"

using program::run;

TEST_CASE("nlp lists its commands, and help shows the manual of one", "[cli]") {
  const auto help = run({"--help"});
  CHECK(help.exit == 0);
  for (const auto name : nlp::cli::command_names()) {
    INFO(name);
    CHECK(help.out.find("  " + std::string(name) + " ") != std::string::npos);
    const auto shown = run({"help", std::string(name)});
    CHECK(shown.exit == 0);
    CHECK(shown.out == run({std::string(name), "--help"}).out);
  }
  CHECK(run({"help", "frobnicate"}).exit == 2);
  CHECK(run({}).exit == 2);
}

TEST_CASE("help shows the tutorial, which is a page of section 7", "[cli]") {
  const auto shown = run({"help", "tutorial"});
  CHECK(shown.exit == 0);
  CHECK(shown.out.rfind("nlp-tutorial - ", 0) == 0);
  CHECK(shown.out.find("\nTOKENS\n") != std::string::npos);
  CHECK(shown.out.find("\n    $ nlp tokenize") != std::string::npos);
  const auto page = run({"help", "tutorial", "--help-man"});
  CHECK(page.out.rfind(".TH NLP-TUTORIAL 7 ", 0) == 0);
  CHECK(page.out.find("\n.SH TOKENS\n") != std::string::npos);
  CHECK(run({"help", "tutorials"}).exit == 2);
}

TEST_CASE("help shows an example before the options", "[cli]") {
  for (const auto name : nlp::cli::command_names()) {
    INFO(name);
    const auto help = run({std::string(name), "--help"}).out;
    const auto example = help.find("    "), options = help.find("\nUsage:");
    REQUIRE(options != std::string::npos);
    CHECK(help.find("nlp " + std::string(name), example) < options);
  }
}

TEST_CASE("the version tells oneDNN's and the instruction set", "[cli]") {
  for (const program::Arguments& arguments :
       {program::Arguments{"--version"}, program::Arguments{"embed", "--version"}}) {
    const auto version = run(arguments);
    CHECK(version.exit == 0);
    CHECK(version.out.find("oneDNN ") != std::string::npos);
    CHECK(version.out.find("instruction set: ") != std::string::npos);
  }
}

TEST_CASE("a user's own program becomes a command", "[cli]") {
  const TemporaryDirectory folder;
  const auto own = folder.write("nlp-shout", "#!/bin/sh\necho \"loud $1\"\n");
  std::filesystem::permissions(own, std::filesystem::perms::owner_all);
  const std::string before = std::getenv("PATH");
  ::setenv("PATH", (folder.path().string() + ":" + before).c_str(), 1);
  const auto ended = run({"shout", "text"});
  ::setenv("PATH", before.c_str(), 1);
  CHECK(ended.out == "loud text\n");
}

TEST_CASE("help knows pages by the names that they have in one another", "[cli]") {
  const std::string page = run({"help", "train", "mlm"}).out;
  CHECK(page.find("nlp train mlm") != std::string::npos);
  CHECK(run({"help", "train-mlm"}).out == page);
  CHECK(run({"help", "nlp-train-mlm"}).out == page);
  CHECK(run({"help", "nlp-fill-mask"}).out == run({"help", "fill-mask"}).out);
  CHECK(run({"help", "nlp"}).out == run({"help"}).out);
  CHECK(run({"help", "train-nothing"}).exit == 2);
}

TEST_CASE("completions know every command and every option", "[cli]") {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const auto script = run({"completion", shell});
    REQUIRE(script.exit == 0);
    for (const auto name : nlp::cli::command_names()) {
      INFO(shell << " " << name);
      CHECK(script.out.find(std::string(name)) != std::string::npos);
      const auto about = run({std::string(name), "--help-options"});
      const auto described = nlp::Json::parse(about.out);
      for (const auto& option : described["options"])
        for (const std::string given : option["names"]) {
          // fish writes `-l output`.
          const std::string bare = given.substr(given.rfind('-', 1) + 1);
          CHECK(script.out.find(std::string(shell) == "fish" ? " " + bare : given) !=
                std::string::npos);
        }
    }
  }
  CHECK(run({"completion", "tcsh"}).exit == 2);
}

TEST_CASE("bash completes commands, options and their values", "[cli]") {
  const TemporaryDirectory folder;
  const auto script = folder.write("nlp.bash", run({"completion", "bash"}).out);
  const auto complete = [&](const std::string& words) {
    const auto test = folder.write(
        "test", "source " + script.string() + "\nCOMP_WORDS=(" + words +
                    ")\nCOMP_CWORD=$((${#COMP_WORDS[@]}-1))\n_nlp\necho \"${COMPREPLY[*]}\"\n");
    const std::string out = folder.path() / "out";
    REQUIRE(std::system(("bash " + test.string() + " > " + out).c_str()) == 0);
    return program::read(out);
  };
  CHECK(complete("nlp fill") == "fill-mask\n");
  CHECK(complete("nlp embed --pool") == "--pooling\n");
  CHECK(complete("nlp embed --pooling m") == "mean max\n");
  CHECK(complete("nlp model con") == "convert\n");
  CHECK(complete("nlp model convert --dt") == "--dtype\n");
  CHECK(complete("nlp model convert --dtype b") == "bf16\n");
}

TEST_CASE("fish completes commands, options and their values where they belong", "[cli]") {
  if (std::system("command -v fish > /dev/null 2>&1") != 0) {
    WARN("fish is not installed");
    return;
  }
  const TemporaryDirectory folder;
  const auto script = folder.write("nlp.fish", run({"completion", "fish"}).out);
  const auto complete = [&](const std::string& line) {
    const std::string out = folder.path() / "out";
    REQUIRE(std::system(("cd " + folder.path().string() + " && fish --no-config -c \"source " +
                         script.string() + "; complete -C '" + line + "'\" > " + out)
                            .c_str()) == 0);
    return program::read(out);
  };
  CHECK(complete("nlp fill") == "fill-mask\tguess the words behind masks\n");
  CHECK(complete("nlp help fill") == complete("nlp fill"));
  CHECK(complete("nlp model con").starts_with("convert\t"));
  CHECK(complete("nlp model convert con").empty());
  CHECK(complete("nlp model convert --dtype b").starts_with("bf16\t"));
  CHECK(complete("nlp embed --poolin").starts_with("--pooling\t"));
  // A word that is a command elsewhere: not the options of that one.
  CHECK(complete("nlp ner -m embed --poolin").empty());
  CHECK(complete("nlp train embed --poolin").empty());
}

TEST_CASE("zsh understands its completions", "[cli]") {
  if (std::system("command -v zsh > /dev/null 2>&1") != 0) {
    WARN("zsh is not installed");
    return;
  }
  const TemporaryDirectory folder;
  const auto script = folder.write("_nlp", run({"completion", "zsh"}).out);
  CHECK(std::system(("zsh -n " + script.string()).c_str()) == 0);
}
