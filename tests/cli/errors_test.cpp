#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "support/program.hpp"

using program::Arguments;
using program::Ended;
using program::model;
using program::operator+;
using program::run;

namespace {

// An error: its exit code, nothing on stdout, one line on stderr that names the program.
void check_refused(const Ended& ended, int exit, const std::string& part) {
  INFO(ended.err);
  CHECK(ended.exit == exit);
  CHECK(ended.out.empty());
  CHECK(program::lines(ended.err).size() == 1);
  CHECK(ended.err.rfind("nlp", 0) == 0);
  CHECK(ended.err.find(part) != std::string::npos);
}

void copy_model(const std::string& name, const std::filesystem::path& to) {
  std::filesystem::copy(
      model(name), to,
      std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
}

}  // namespace

TEST_CASE("a wrong command line exits with 2 and names what is near", "[cli]") {
  check_refused(run({"fil-mask"}), 2, "fill-mask");
  check_refused(run({"frobnicate"}), 2, "frobnicate");
  check_refused(run({"embed", "--dim", "3"}), 2, "--dims");
  check_refused(run({"embed", "--no-such-option"}), 2, "--no-such-option");
  check_refused(run({"embed", "-f", "xml"}), 2, "xml");
  check_refused(run({"embed", "--dtype", "f64"}), 2, "f64");
  check_refused(run({"mask", "--seed", "-1"}), 2, "--seed");
  check_refused(run({"mask", "--seed", "99999999999999999999"}), 2, "--seed");
  check_refused(run({"train", "mlm", "-o", "x", "--lr", "nan"}), 2, "--lr");
  check_refused(run({"plot", "positions", "--data", "-", "-o", "x.svg"}), 2, "--data");
  check_refused(run({"embed", "--precision", "int8", "--ranges", "-", "-"}), 2, "stdin");
  check_refused(run({"classify", "--examples", "-", "-"}), 2, "stdin");
  check_refused(run({"fill-mask", "-k", "0"}), 2, "--top");
  check_refused(run({"embed", "--json", "-f", "npy"}), 2, "--json");
  check_refused(run({"classify", "--window", "9", "--overlap", "9"}), 2, "--overlap");
}

TEST_CASE("a model that is not there exits with 4 and its path", "[cli]") {
  check_refused(run({"embed", "-m", "/nonexistent/model"}, "a"), 4, "/nonexistent/model");
  check_refused(run({"embed", "-m", "org/name"}, "a"), 4, "org/name");
}

TEST_CASE("a checkpoint without the head asked for exits with 4", "[cli]") {
  const Arguments wrong[] = {{"fill-mask", "bert-ner"}, {"ner", "bert-mlm"},
                             {"classify", "bert-mlm"},  {"classify", "bert-ner"},
                             {"ner", "bert-sentiment"}, {"answer", "bert-mlm"}};
  for (const Arguments& pair : wrong)
    check_refused(run({pair[0], "-m", model(pair[1])}, "a [MASK]\tb"), 4, "head");
}

TEST_CASE("a damaged checkpoint exits with 4, never by a signal", "[cli]") {
  const TemporaryDirectory folder;
  const auto weights = folder.path() / "model.safetensors";
  for (const char* file : {"model.safetensors", "config.json", "tokenizer.json"}) {
    copy_model("bert-mlm", folder.path());
    const auto bytes = program::read(folder.path() / file);
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{7}, bytes.size() / 2, bytes.size() - 2}) {
      INFO(file << " cut to " << size);
      folder.write(file, bytes.substr(0, size));
      check_refused(run({"fill-mask", "-m", folder.path()}, "a [MASK]"), 4, file);
    }
    std::filesystem::remove(folder.path() / file);
    if (std::string(file) != "tokenizer.json")  // without it vocab.txt is read
      CHECK(run({"fill-mask", "-m", folder.path()}, "a [MASK]").exit == 4);
  }
}

TEST_CASE("broken JSON exits with 3, the file and the line", "[cli]") {
  const TemporaryDirectory folder;
  const auto file = folder.write("b.jsonl", "{\"text\": \"a\"}\n{\"text\": \n{\"text\": \"b\"}\n");
  const auto out = folder.path() / "out";
  const auto ended =
      run({"tokenize", "-m", model("bert-mlm"), "--input", "jsonl", "-o", out, file});
  check_refused(ended, 3, file.string() + ":2: ");
  CHECK_FALSE(std::filesystem::exists(out));
  CHECK_FALSE(std::filesystem::exists(out.string() + ".tmp"));
}

TEST_CASE("before an error all earlier records are written", "[cli]") {
  const auto ended = run({"tokenize", "-m", model("bert-mlm"), "--input", "jsonl", "--json"},
                         "{\"text\": \"a\"}\n{\"text\": 7}\n");
  CHECK(ended.exit == 3);
  CHECK(program::lines(ended.out).size() == 1);
}

TEST_CASE("--on-error skip keeps the line count", "[cli]") {
  const Arguments arguments = {"classify",   "-m",    model("bert-sentiment"),
                               "--input",    "jsonl", "--json",
                               "--on-error", "skip",  "--overflow",
                               "error"};
  std::string long_text;
  for (int k = 0; k < 200; ++k) long_text += " word";
  const auto ended = run(arguments, "{\"text\": \"a\"}\n{\"text\":\n{\"text\": \"" + long_text +
                                        "\", \"id\": 3}\n[]\n{\"text\": \"b\"}\n");
  const auto found = program::records(ended);
  REQUIRE(found.size() == 5);
  for (std::size_t k = 0; k < found.size(); ++k)
    CHECK(found[k].contains("error") == (k >= 1 && k <= 3));
  CHECK(found[2]["id"] == 3);
  CHECK(ended.err.find("3 ") != std::string::npos);
}

TEST_CASE("a line beyond --max-line exits with 3, or is skipped", "[cli]") {
  const std::string input = "short\n" + std::string(5000, 'x') + "\nlast\n";
  const auto ended =
      run({"tokenize", "-m", model("bert-mlm"), "--json", "--max-line", "1K"}, input);
  CHECK(ended.exit == 3);
  CHECK(ended.err.find("stdin:2: ") != std::string::npos);
  const auto found = program::records(
      {"tokenize", "-m", model("bert-mlm"), "--json", "--max-line", "1K", "--on-error", "skip"},
      input);
  REQUIRE(found.size() == 3);
  CHECK(found[1].contains("error"));
  CHECK(found[2]["text"] == "last");
}

TEST_CASE("too long a text is refused, cut with a warning, or read in windows", "[cli]") {
  std::string text;
  for (int k = 0; k < 200; ++k) text += " word" + std::to_string(k);
  const auto classify = [&](const char* overflow) {
    return run({"classify", "-m", model("bert-sentiment"), "--json", "--overflow", overflow},
               text + "\nshort\n" + text);
  };
  CHECK(classify("error").exit == 3);
  const auto cut = classify("truncate");
  const auto found = program::records(cut);
  CHECK(found[0]["truncated"] == true);
  CHECK_FALSE(found[1].contains("truncated"));
  CHECK(program::lines(cut.err).size() == 1);
  CHECK(cut.err.find(" 2 ") != std::string::npos);
  const auto windows = classify("window");
  CHECK(windows.err.empty());
  CHECK_FALSE(program::records(windows)[0].contains("truncated"));
}

TEST_CASE("ids of another model are refused", "[cli]") {
  check_refused(run({"encode", "-m", model("bert-mlm")}, R"({"ids": [2, 999999, 3]})"), 3, "ids");
  check_refused(run({"encode", "-m", model("bert-mlm")}, R"({"ids": [2, -1, 3]})"), 3, "ids");
  check_refused(run({"predict", "-m", model("bert-mlm")},
                    R"({"ids": [2, 3], "hidden": {"dtype": "float32", "shape": [1], "data": ""}})"),
                3, "hidden");
  check_refused(
      run({"predict", "-m", model("bert-mlm")}, R"({"ids": [2, 3], "labels": [1, 2, 3]})"), 3,
      "labels");
}

#ifndef NLP_SANITIZED  // a sanitizer needs terabytes of addresses for itself
TEST_CASE("memory beyond --max-memory exits with 6", "[cli]") {
  const auto ended =
      run({"embed", "-m", model("bert-mlm"), "--json", "-t", "1", "--max-memory", "1M"}, "a");
  INFO(ended.err);
  CHECK(ended.exit == 6);
}
#endif

TEST_CASE("a record without tokens has no class, and no rows of its neighbours", "[cli]") {
  const std::string text = "\n";
  for (const char* name : {"bert-ner", "bert-qa", "bert-mlm"}) {
    const auto tokens = run({"tokenize", "--no-special", "-m", model(name)}, text);
    REQUIRE(tokens.exit == 0);
    const auto predicted = run({"predict", "-m", model(name)}, tokens.out);
    INFO(name << " " << predicted.err);
    CHECK(predicted.exit == 0);
    const auto encoded = run({"encode", "-m", model(name)}, tokens.out);
    CHECK(encoded.out.find("[0,32]") != std::string::npos);
    CHECK(run({"predict", "-m", model(name)}, encoded.out).exit == 0);
  }
  check_refused(run({"predict", "-m", model("bert-sentiment")}, "{\"ids\":[]}\n"), 3, "no tokens");
}

TEST_CASE("what fails is told in the same way for arrays", "[cli]") {
  for (const char* format : {"npy", "npz", "jsonl"})
    check_refused(run({"embed", "-q", "-m", model("bert-mlm"), "--window", "2", "-f", format},
                      "a b c d e f\n"),
                  2, "--window");
}

TEST_CASE("where there is no room for all threads, the others do the work", "[cli]") {
  const auto ended =
      run({"tokenize", "-m", model("bert-mlm"), "-t", "300", "--max-memory", "1500M"}, "a cat\n");
  INFO(ended.err);
  CHECK(ended.exit == 0);
  CHECK(ended.out == run({"tokenize", "-m", model("bert-mlm")}, "a cat\n").out);
}

TEST_CASE("a named pipe that nobody writes to holds back nothing before it", "[cli]") {
  const TemporaryDirectory folder;
  const std::string pipe = folder.path() / "pipe", text = folder.write("text", "a cat\n");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  program::Piped piped({"tokenize", "-m", model("bert-mlm"), "-f", "text", text, pipe});
  CHECK(piped.read_line().find("[CLS] a") == 0);
  {
    std::ofstream writer(pipe);
    writer << "the sun\n" << std::flush;
    CHECK(piped.read_line().find("[CLS] the") == 0);
  }
  CHECK(piped.wait() == 0);
}

TEST_CASE("a closed stdin is an error, not an endless wait", "[cli]") {
  const TemporaryDirectory folder;
  const std::string err = folder.path() / "err";
  const int status = std::system(
      (paths::programs() + "/nlp tokenize -m " + model("bert-mlm") + " <&- 2> " + err).c_str());
  CHECK(WEXITSTATUS(status) == 3);
  CHECK(program::read(err).find("stdin") != std::string::npos);
}

TEST_CASE("a sentence that is too long is skipped where errors are", "[cli]") {
  const auto records = program::records({"ner", "-m", model("bert-ner"), "--input", "conll",
                                         "--max-line", "7", "--on-error", "skip", "--json"},
                                        "a O\nb O\nc O\n\nd O\n");
  REQUIRE(records.size() == 2);
  CHECK(records[0]["error"].get<std::string>().find("--max-line") != std::string::npos);
  CHECK_FALSE(records[1].contains("error"));
}

TEST_CASE("an error advises windows only where there are some", "[cli]") {
  std::string text;
  for (int k = 0; k < 200; ++k) text += "cat ";
  const auto too_long = [&](const Arguments& command, const char* name) {
    const auto ended = run(command + Arguments{"-m", model(name)}, text);
    INFO(ended.err);
    CHECK(ended.exit == 3);
    return ended.err.find("window") != std::string::npos;
  };
  CHECK(too_long({"encode", "--overflow", "error"}, "bert-mlm"));
  CHECK_FALSE(too_long({"explain"}, "bert-sentiment"));
  CHECK_FALSE(too_long({"plot", "attention"}, "bert-mlm"));
}

TEST_CASE("a link that leads to nothing yet stays, and what it leads to is made", "[cli]") {
  const TemporaryDirectory folder;
  const auto link = folder.path() / "link", real = folder.path() / "real";
  std::filesystem::create_symlink("real", link);
  REQUIRE(run({"tokenize", "-m", model("bert-mlm"), "-o", link}, "a cat\n").exit == 0);
  CHECK(std::filesystem::is_symlink(link));
  CHECK(program::read(real).find("cat") != std::string::npos);
}

TEST_CASE("configs that are nested without end are refused", "[cli]") {
  const TemporaryDirectory folder;
  const auto copy = folder.path() / "model";
  copy_model("bert-mlm", copy);
  std::ofstream(copy / "config.json")
      << R"({"model_type":"bert","hidden_act":)" << std::string(200000, '[')
      << std::string(200000, ']') << "}";
  check_refused(run({"tokenize", "-m", copy}, "a\n"), 4, "nested deeper");
}

TEST_CASE("a text with line ends is one line of text output, its tabs are no columns", "[cli]") {
  const std::string input = R"({"text": "the cat\nsat\ton the mat [MASK]"})"
                            "\n";
  for (const Arguments& command : {Arguments{"fill-mask", "-k", "1"}, Arguments{"score"}})
    CHECK(program::lines(
              run(command + Arguments{"-m", model("bert-mlm"), "--input", "jsonl"}, input).out)
              .size() <= 2);
  const auto found =
      run({"ner", "-m", model("bert-ner"), "--input", "jsonl", "--aggregate", "none"}, input).out;
  for (const auto& line : program::lines(found))
    if (!line.empty()) CHECK(std::ranges::count(line, '\t') == 4);
}

TEST_CASE("text that is JSON Lines in truth is told", "[cli]") {
  const auto warned = [](const std::string& input, const Arguments& more = {}) {
    const auto ended = run(Arguments{"tokenize", "-m", model("bert-mlm")} + more, input);
    CHECK(ended.exit == 0);
    return ended.err.find("--input jsonl") != std::string::npos;
  };
  CHECK(warned("{\"id\": 3, \"text\": \"a cat\"}\n"));
  CHECK_FALSE(warned("{\"id\": 3, \"text\": \"a cat\"}\n", {"--input", "jsonl"}));
  CHECK_FALSE(warned("{a cat}\na {\"text\": 1}\n"));
  CHECK_FALSE(warned("{\"id\": 3}\n"));
}
