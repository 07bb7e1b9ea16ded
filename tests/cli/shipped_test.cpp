// Models that come with nlp: found beside bin/ by their name, in an installed tree and in the
// build.
#include <cstdlib>
#include <filesystem>

#include "support/program.hpp"

namespace {
namespace fs = std::filesystem;
using program::run;

// A tree as `cmake --install` makes it, with the commands of these names.
void make_tree(const fs::path& tree, const std::vector<std::string>& programs) {
  fs::create_directories(tree / "bin");
  fs::create_directories(tree / "share/nlp/models");
  for (const auto& name : programs)
    fs::copy_file(fs::path(paths::programs()) / name, tree / "bin" / name);
}

// What `nlp ARGUMENTS` of the tree prints; run in another directory, that no name is found there.
std::string said(const fs::path& tree, const std::string& input, const std::string& arguments) {
  const TemporaryDirectory folder;
  const auto out = folder.path() / "out";
  const auto in = folder.write("in", input);
  const std::string command = "cd / && '" + (tree / "bin/nlp").string() + "' " + arguments +
                              " --no-cache < '" + in.string() + "' > '" + out.string() + "'";
  INFO(command);
  REQUIRE(std::system(command.c_str()) == 0);
  return program::read(out);
}

void must_run(const program::Arguments& arguments) {
  const auto ended = run(arguments);
  INFO(ended.err);
  REQUIRE(ended.exit == 0);
}
}  // namespace

TEST_CASE("models that share their tables are found by their names in an installed tree", "[cli]") {
  const TemporaryDirectory folder;
  const auto tree = folder.path() / "made", models = tree / "share/nlp/models";
  make_tree(tree, {"nlp", "nlp-fill-mask", "nlp-ner"});
  const std::string set = folder.write("set.conll", "the\tO\nsun\tB-LOC\nis\tO\nhere\tO\n"),
                    names = folder.path() / "names", base = program::model("bert-mlm");
  must_run({"train", "ner", "-m", base, "--freeze", "1", "--steps", "2", "-o", names, set});
  must_run({"model", "convert", "-m", base, "--dtype", "int8", "--shards", "tables", "-o",
            models / "default"});
  must_run({"model", "convert", "-m", names, "--dtype", "int8", "--share", models / "default", "-o",
            models / "ner"});
  must_run({"model", "convert", "-m", names, "--dtype", "int8", "-o", folder.path() / "one"});
  CHECK(fs::read_symlink(models / "ner/model-00001-of-00002.safetensors") ==
        "../default/model-00001-of-00002.safetensors");

  const auto moved = folder.path() / "moved";
  fs::rename(tree, moved);
  const std::string masked = "the [MASK] is here\n", text = "the sun is here\n";
  CHECK(said(moved, masked, "fill-mask --json -m default") ==
        run({"fill-mask", "--json", "-m", moved / "share/nlp/models/default"}, masked).out);
  CHECK(said(moved, text, "ner --json -m ner") ==
        run({"ner", "--json", "-m", folder.path() / "one"}, text).out);

  // Taken away alone, the second says what is missing.
  fs::rename(moved / "share/nlp/models/ner", folder.path() / "ner");
  const auto alone = run({"ner", "-m", folder.path() / "ner"}, text);
  CHECK(alone.exit == 4);
  CHECK(alone.err.find("../default/model-00001-of-00002.safetensors, which is not there") !=
        std::string::npos);
}

TEST_CASE("the build tree has the models of the sources", "[cli]") {
  const auto link = fs::path(paths::programs()).parent_path() / "share/nlp/models";
  REQUIRE(fs::is_symlink(link));
  CHECK(fs::read_symlink(link) == fs::path(paths::source()) / "share/models");
  // Names of models that are not there stay unknown.
  CHECK(run({"fill-mask", "-m", "no-such-model"}, "a [MASK]\n").exit == 4);
  if (!fs::is_directory(link)) return;
  for (const auto& model : fs::directory_iterator(link)) {
    if (!fs::exists(model.path() / "config.json")) continue;
    INFO(model.path().string());
    CHECK(run({"tokenize", "-m", model.path().filename()}, "a sun\n").exit == 0);
  }
}

TEST_CASE("every shipped model tells its licence", "[cli]") {
  for (const char* name : {"default", "ner", "sentiment", "embed"}) {
    INFO(name);
    const auto told = program::records({"model", "info", "--json", name}, "");
    REQUIRE(told.size() == 1);
    CHECK(told[0]["license"] == "apache-2.0");
  }
}
