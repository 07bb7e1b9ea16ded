// `nlp train … --layers N`: models of the first layers of a checkpoint.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "checkpoint/checkpoint.hpp"
#include "support/program.hpp"

namespace {
namespace fs = std::filesystem;
using program::run;

const char* const kSet = "the sun is here\tgood\na man was up\tbad\n";

void must_run(const program::Arguments& arguments) {
  const auto ended = run(arguments);
  INFO(ended.err);
  REQUIRE(ended.exit == 0);
}

// The small checkpoint with a tokenizer, which some lack.
fs::path with_tokenizer(const std::string& model, const fs::path& target) {
  fs::copy(program::model(model), target);
  for (const char* name : {"tokenizer.json", "tokenizer_config.json"})
    fs::copy_file(fs::path(program::model("bert-mlm")) / name, target / name,
                  fs::copy_options::overwrite_existing);
  return target;
}

// How many of the written tensors are the source's to the last bit, behind the prefixes.
int same_tensors(const fs::path& source, const fs::path& written, const std::string& part) {
  const auto from = nlp::checkpoint::Checkpoint::open(source),
             to = nlp::checkpoint::Checkpoint::open(written);
  int same = 0;
  for (const auto name : to.names()) {
    if (name.find(part) == std::string_view::npos) continue;
    const auto* one = from.find(name);
    const auto* two = to.find(name);
    INFO(std::string(name));
    REQUIRE(one != nullptr);
    CHECK(one->shape == two->shape);
    CHECK(std::memcmp(one->data, two->data, two->bytes()) == 0);
    ++same;
  }
  return same;
}
}  // namespace

TEST_CASE("a model of the first layers has these alone, and its config says so", "[cli]") {
  struct Case {
    const char* model;
    const char* key;    // of the layers' count
    const char* layer;  // before a layer's number
    int layers;
  };
  for (const Case& each : {Case{"bert-mlm", "num_hidden_layers", "encoder.layer.", 1},
                           Case{"distilbert-mlm", "n_layers", "transformer.layer.", 1},
                           Case{"modernbert-mlm", "num_hidden_layers", "model.layers.", 3}}) {
    INFO(each.model);
    const TemporaryDirectory folder;
    const std::string set = folder.write("set.tsv", kSet), out = folder.path() / "out",
                      source = with_tokenizer(each.model, folder.path() / "source");
    // Nothing is learnt with a rate of 0: every number stays the source's.
    must_run({"train", "classify", "-m", source, "--layers", std::to_string(each.layers), "--lr",
              "0", "--steps", "1", "-o", out, set});
    const auto before = nlp::read_json(fs::path(source) / "config.json"),
               after = nlp::read_json(fs::path(out) / "config.json");
    CHECK(before[each.key].get<int>() > each.layers);
    CHECK(after[each.key] == each.layers);
    if (before.contains("layer_types")) {
      CHECK(after["layer_types"].size() == 3);
      for (std::size_t k = 0; k < 3; ++k)
        CHECK(after["layer_types"][k] == before["layer_types"][k]);
    }
    CHECK(same_tensors(source, out, each.layer) > 4);
    const auto written = nlp::checkpoint::Checkpoint::open(out);
    const std::string next = each.layer + std::to_string(each.layers) + ".";
    for (const auto name : written.names()) CHECK(name.find(next) == std::string_view::npos);
    const auto record = program::records({"classify", "-m", out, "--json"}, "the sun\n");
    CHECK(record.size() == 1);
  }
}

TEST_CASE("every kind of fine-tuning takes --layers", "[cli]") {
  const TemporaryDirectory folder;
  const std::string base = program::model("bert-mlm");
  const std::string tagged = folder.write("set.conll", "the\tO\nsun\tB-LOC\n");
  const std::string pairs = folder.write("pairs.tsv", "the sun\tsun\t1\na man\tup\t0\n");
  const std::string questions =
      folder.write("set.jsonl", R"({"question":"who","context":"the man","answer":"man","start":4})"
                                "\n");
  const auto layers_of = [&](program::Arguments arguments) {
    const fs::path out = folder.path() / arguments[0];
    arguments.insert(arguments.begin(), "train");
    arguments.insert(arguments.end(),
                     {"-m", base, "--layers", "1", "--steps", "1", "-o", out.string()});
    must_run(arguments);
    return nlp::read_json(out / "config.json")["num_hidden_layers"];
  };
  CHECK(layers_of({"ner", tagged}) == 1);
  CHECK(layers_of({"embed", pairs}) == 1);
  CHECK(layers_of({"answer", questions, "--max-length", "32"}) == 1);
}

TEST_CASE("layers that all share their weights are run less often, groups of them are not cut",
          "[cli]") {
  const TemporaryDirectory folder;
  const std::string set = folder.write("set.tsv", kSet), out = folder.path() / "out";
  const fs::path source = with_tokenizer("albert-mlm", folder.path() / "source");
  must_run({"train", "classify", "-m", source, "--layers", "1", "--lr", "0", "--steps", "1", "-o",
            out, set});
  CHECK(nlp::read_json(fs::path(out) / "config.json")["num_hidden_layers"] == 1);
  CHECK(same_tensors(source, out, "albert_layer_groups.0") > 4);

  const auto groups = folder.path() / "groups";
  fs::copy(source, groups);
  auto config = nlp::read_json(groups / "config.json");
  config["num_hidden_groups"] = 2;
  std::ofstream(groups / "config.json") << config;
  const auto ended = run({"train", "classify", "-m", groups, "--layers", "1", "--steps", "1", "-o",
                          folder.path() / "no", set});
  CHECK(ended.exit == 2);
  CHECK(ended.err.find("2 groups") != std::string::npos);
}

TEST_CASE("more layers than there are, and other ones in a resumed run, are refused", "[cli]") {
  const TemporaryDirectory folder;
  const std::string set = folder.write("set.tsv", kSet), out = folder.path() / "out",
                    base = program::model("bert-mlm");
  const auto many =
      run({"train", "classify", "-m", base, "--layers", "3", "--steps", "1", "-o", out, set});
  CHECK(many.exit == 2);
  CHECK(many.err.find("--layers 3") != std::string::npos);
  CHECK(many.err.find("has 2") != std::string::npos);

  const auto train = [&](const std::string& layers, bool resume) {
    program::Arguments arguments = {
        "train", "classify", "-m",     base, "--layers", layers, "--save-every",
        "1",     "--steps",  "100000", "-o", out,        set};
    if (resume) arguments.push_back("--resume");
    return arguments;
  };
  const auto state = fs::path(out) / "training.safetensors";
  const auto run_a_while = [&](bool resume) {
    const auto before = resume ? fs::last_write_time(state) : fs::file_time_type::min();
    program::Piped command(train("1", resume));
    for (int k = 0; k < 20000; ++k, ::usleep(500)) {
      std::error_code unknown;
      if (fs::exists(state) && fs::last_write_time(state, unknown) > before) break;
    }
    command.kill(SIGTERM);
    return command.wait();
  };
  CHECK(run_a_while(false) == 128 + SIGTERM);
  REQUIRE(fs::exists(state));
  for (const char* layers : {"2", "0"}) {
    const auto other = run(train(layers, true));
    CHECK(other.exit == 2);
    INFO(other.err);
    CHECK(other.err.find("--layers 1, not " + std::string(layers)) != std::string::npos);
  }
  CHECK(run_a_while(true) == 128 + SIGTERM);  // the same go on
}
