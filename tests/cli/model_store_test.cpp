// nlp model list, info, verify, remove: as a user meets the store.
#include "support/program.hpp"
#include "support/set_variable.hpp"
#include "support/stored_model.hpp"

using program::run;
using stored_model::kFirst;
using stored_model::kSecond;

namespace {

namespace fs = std::filesystem;

// The small checkpoint's files, to be put into a store.
stored_model::Files files_of(const std::string& model) {
  stored_model::Files files;
  for (const auto& entry : fs::directory_iterator(program::model(model)))
    if (entry.is_regular_file() && entry.path().filename() != "golden.safetensors")
      files[entry.path().filename()] = program::read(entry.path());
  return files;
}

class Store {
 public:
  Store() {
    auto files = files_of("bert-mlm");
    files["README.md"] = "---\nlicense: mit\n---\n";
    stored_model::add(path(), "org/bert", kFirst, files);
    files["README.md"] = "Nothing.\n";
    stored_model::add(path(), "org/bert", kSecond, files, "");
  }
  const fs::path& path() const { return folder_.path(); }

 private:
  TemporaryDirectory folder_;
  SetVariable cache_{"HF_HUB_CACHE", folder_.path()};
};

}  // namespace

TEST_CASE("model list names what the store has, and its names serve -m", "[cli]") {
  const Store store;
  const auto listed = program::records({"model", "list", "--json"}, "");
  REQUIRE(listed.size() >= 2);
  CHECK(listed[0]["name"] == "org/bert");
  CHECK(listed[0]["model"] == "org/bert");
  CHECK(listed[0]["refs"] == nlp::Json{"main"});
  CHECK(listed[0]["shipped"] == false);
  CHECK(listed[1]["model"] == "org/bert@" + kSecond);
  CHECK(listed[1]["bytes"] > 1000);
  const auto names = program::lines(run({"model", "list", "-f", "names"}).out);
  REQUIRE(names.size() == listed.size());
  for (std::size_t k = 0; k < 2; ++k) {
    CHECK(names[k] == listed[k]["model"].get<std::string>());
    CHECK(run({"tokenize", "-m", names[k]}, "the sun\n").exit == 0);
  }
  const auto text = run({"model", "list"});
  CHECK_THAT(text.out, ContainsSubstring("org/bert ") && ContainsSubstring(" main "));
  CHECK_THAT(text.out, ContainsSubstring("1 model in " + store.path().string()));
}

TEST_CASE("model info tells what a model is, in the store and as a directory", "[cli]") {
  const Store store;
  const auto stored = program::records({"model", "info", "org/bert", "--json"}, "").at(0);
  CHECK(stored["model"] == "org/bert");
  CHECK(stored["commit"] == kFirst);
  CHECK(stored["license"] == "mit");
  CHECK(stored["model_type"] == "bert");
  CHECK(stored["heads"].dump().find("masked language model") != std::string::npos);
  CHECK(stored["tokenizer"]["rule"] == "WordPiece");
  CHECK(stored["tokenizer"]["mask"] == "[MASK]");
  CHECK(stored["embedding"].is_null());
  std::uint64_t parameters = 0;
  for (const auto& [type, count] : stored["types"].items())
    parameters += count.get<std::uint64_t>();
  CHECK(stored["parameters"] == parameters);
  CHECK(parameters > 100);

  const auto both = run({"model", "info", program::model("bert-ner"), program::model("t5")});
  CHECK(both.exit == 0);
  CHECK_THAT(both.out, ContainsSubstring("token classification"));
  CHECK_THAT(both.out, ContainsSubstring("labels"));
  CHECK_THAT(both.out, ContainsSubstring("decoder"));
  CHECK_THAT(both.out, ContainsSubstring("licence     not told"));
  CHECK(run({"model", "info", "org/none"}).exit == 4);
}

TEST_CASE("model verify fails where a file is not what was downloaded", "[cli]") {
  const Store store;
  const auto good = run({"model", "verify"});
  CHECK(good.exit == 0);
  CHECK(program::lines(good.out).size() == 2);
  const auto link = store.path() / "models--org--bert/snapshots" / kFirst / "config.json";
  stored_model::write(fs::canonical(link), "{}");
  const auto bad = run({"model", "verify", "--json", "org/bert@main"});
  CHECK(bad.exit == 4);
  const auto record = nlp::Json::parse(bad.out);
  CHECK(record["ok"] == false);
  CHECK(record["faults"][0]["path"] == "config.json");
  CHECK(run({"model", "verify", "org/none"}).exit == 4);
}

TEST_CASE("model remove frees what no other commit has, and tells before it does", "[cli]") {
  const Store store;
  const auto would = run({"model", "remove", "-n", "org/bert"});
  CHECK(would.exit == 0);
  CHECK_THAT(would.out, ContainsSubstring("would be freed"));
  CHECK(run({"model", "remove", "org/bert", "org/none"}).exit == 4);
  CHECK(program::lines(run({"model", "verify"}).out).size() == 2);
  const auto one = program::records({"model", "remove", "--json", "org/bert@" + kSecond}, "").at(0);
  CHECK(one["commits"] == nlp::Json{kSecond});
  CHECK(one["bytes"] == 9);
  CHECK(run({"model", "verify"}).exit == 0);
  CHECK(run({"model", "remove", "org/bert"}).exit == 0);
  CHECK_FALSE(fs::exists(store.path() / "models--org--bert"));
}

TEST_CASE("bash completes the names of models", "[cli]") {
  const Store store;
  const auto script = store.path() / "nlp.bash", test = store.path() / "test",
             out = store.path() / "out";
  stored_model::write(script, run({"completion", "bash"}).out);
  const auto complete = [&](const std::string& words) {
    stored_model::write(test, "PATH=" + paths::programs() + ":$PATH\nsource " + script.string() +
                                  "\nCOMP_WORDS=(" + words +
                                  ")\nCOMP_CWORD=$((${#COMP_WORDS[@]}-1))\n_nlp\n"
                                  "echo \"${COMPREPLY[*]}\"\n");
    REQUIRE(std::system(("bash " + test.string() + " > " + out.string()).c_str()) == 0);
    return program::read(out);
  };
  const std::string both = "org/bert org/bert@" + kSecond + "\n";
  CHECK(complete("nlp embed -m org/b") == both);
  CHECK(complete("nlp model info org/b") == both);
  CHECK(complete("nlp model info --js") == "--json\n");
  CHECK(complete("nlp model list -f n") == "names\n");
}
