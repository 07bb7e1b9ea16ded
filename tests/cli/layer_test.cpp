// nlp layer as a user's script runs it.
#include <cmath>
#include <cstring>

#include "base/npy.hpp"
#include "base/npz_reader.hpp"
#include "support/program.hpp"
#include "tensor/npy_tensor.hpp"

using program::run;
using Shape = nlp::tensor::Shape;

namespace {

nlp::NpzArrays arrays_of(const std::filesystem::path& file) {
  const std::string bytes = program::read(file);
  return nlp::read_npz(std::as_bytes(std::span(bytes)), file.string());
}

nlp::tensor::Tensor tensor_of(const nlp::NpzArrays& arrays, const std::string& name) {
  INFO(name);
  REQUIRE(arrays.contains(name));
  return nlp::tensor::from_npy(arrays.at(name).array, name);
}

double largest_difference(const nlp::tensor::Tensor& left, const nlp::tensor::Tensor& right) {
  REQUIRE(left.shape() == right.shape());
  double most = 0;
  for (std::int64_t k = 0; k < left.size(); ++k)
    most = std::max(most, std::abs(double{left.data()[k]} - double{right.data()[k]}));
  return most;
}

std::string npy(const Shape& shape, const std::vector<float>& values) {
  return nlp::npy::header(nlp::npy::Type::float32, shape) +
         std::string(reinterpret_cast<const char*>(values.data()), 4 * values.size());
}

// Hidden states and attention of two texts of one length.
std::string encoded(const TemporaryDirectory& folder, const std::string& model) {
  const std::string file = folder.path() / "h.npz";
  const auto ended =
      run({"encode", "-m", model, "--layers", "all", "--attention", "-f", "npz", "-o", file},
          "The sun is bright.\nThe sun is bright.\n");
  INFO(ended.err);
  REQUIRE(ended.exit == 0);
  return file;
}

void ok(const program::Arguments& arguments, std::string_view input = "") {
  const auto ended = run(arguments, input);
  INFO(ended.err);
  REQUIRE(ended.exit == 0);
}

}  // namespace

TEST_CASE("blocks taken out of a checkpoint compute what the model does, layer by layer", "[cli]") {
  const TemporaryDirectory folder;
  const std::string model = program::model("bert-mlm"), block = folder.path() / "b.npz";
  const std::string hidden = encoded(folder, model), out = folder.path() / "out.npz";
  const auto wanted = arrays_of(hidden);
  for (const std::string layer : {"1", "2"}) {
    const std::string before = layer == "1" ? "0" : "1";
    ok({"layer", "weights", "-m", model, "--layer", layer, "-o", block});
    const auto listed = run({"layer", "weights", "-m", model, "--layer", layer, "-f", "text"});
    program::Arguments arguments = {"layer",     "block", hidden + ":hidden." + before,
                                    "--weights", block,   "--attention",
                                    "-o",        out};
    for (const auto& option : program::lines(program::lines(listed.out).at(0), ' '))
      arguments.push_back(option);
    ok(arguments);
    const auto got = arrays_of(out);
    CHECK(largest_difference(tensor_of(got, "output"), tensor_of(wanted, "hidden." + layer)) <
          1e-5);
    CHECK(largest_difference(tensor_of(got, "attention"),
                             tensor_of(wanted, "attention." + before)) < 1e-5);
  }
}

TEST_CASE("fused attention of a block's weights gives the model's attention", "[cli]") {
  const TemporaryDirectory folder;
  const std::string model = program::model("bert-mlm"), block = folder.path() / "b.npz";
  const std::string hidden = encoded(folder, model), out = folder.path() / "out.npz";
  ok({"layer", "weights", "-m", model, "-o", block});
  ok({"layer", "attention", hidden + ":hidden.0", "--weights", block, "--heads", "4", "-o", out});
  CHECK(largest_difference(tensor_of(arrays_of(out), "weights"),
                           tensor_of(arrays_of(hidden), "attention.0")) < 1e-5);
  ok({"layer", "attention", hidden + ":hidden.0", "--weights", block, "--heads", "4",
      "--no-weights", "-o", out});
  CHECK(arrays_of(out).size() == 1);
}

TEST_CASE("layer weights refuses models whose layers are no plain blocks, with what they have",
          "[cli]") {
  const auto said = [](const char* name, const std::string& part) {
    const auto ended = run({"layer", "weights", "-m", program::model(name), "-f", "text"});
    INFO(ended.err);
    CHECK(ended.exit == 4);
    CHECK(ended.err.find(part) != std::string::npos);
  };
  said("modernbert-mlm", "queries and keys that are rotated");
  said("mpnet-mlm", "scores by distance");
  said("deberta-v2-mlm", "an attention of their own");
  const auto ended = run({"layer", "weights", "-m", program::model("bert-mlm"), "--layer", "3"});
  CHECK(ended.exit == 4);
  CHECK(ended.err.find("no layer 3 (expected 1 to 2)") != std::string::npos);
}

TEST_CASE("layer positions gives sines and cosines side by side, 100 of 64 by itself", "[cli]") {
  const TemporaryDirectory folder;
  const std::string out = folder.path() / "p.npz";
  ok({"layer", "positions", "-o", out});
  const auto table = tensor_of(arrays_of(out), "positions");
  REQUIRE(table.shape() == Shape{100, 64});
  for (const int position : {0, 1, 50, 99})
    for (const std::size_t column : {0, 1, 30, 63}) {
      const double angle = position / std::pow(10000, static_cast<double>(column / 2 * 2) / 64);
      CHECK(double{table.row(position)[column]} ==
            Approx(column % 2 ? std::cos(angle) : std::sin(angle)).margin(1e-6));
    }
  const auto text =
      run({"layer", "positions", "--max-length", "2", "--dimensions", "4", "-f", "text"});
  CHECK(text.out ==
        "positions [2, 4]\n0.000000\t1.000000\t0.000000\t1.000000\n"
        "0.841471\t0.540302\t0.010000\t0.999950\n\n");
  const auto halves = run({"layer", "positions", "--max-length", "2", "--dimensions", "4",
                           "--order", "halves", "--json"});
  CHECK(nlp::Json::parse(halves.out)["positions"][0] == nlp::Json::parse("[0,0,1,1]"));
}

TEST_CASE("positions are added to an input, of a .npy file or an archive of one array", "[cli]") {
  const auto added = run({"layer", "positions", "-", "--json"}, npy({1, 1, 2}, {10, 20}));
  INFO(added.err);
  CHECK(added.out == "{\"output\":[[[10.0,21.0]]]}\n");
  const auto archived = run({"layer", "positions", "--max-length", "1", "--dimensions", "2"});
  CHECK(run({"layer", "positions", "-", "--json"}, archived.out).out ==
        "{\"output\":[[0.0,2.0]]}\n");
}

TEST_CASE("layer attention takes one, two or three arrays and a mask", "[cli]") {
  const TemporaryDirectory folder;
  const std::string zeros = folder.write("z.npy", npy({2, 1}, {0, 0}));
  const std::string values = folder.write("v.npy", npy({2, 1}, {1, 3}));
  const auto out = [&](program::Arguments more) {
    more.insert(more.begin(), {"layer", "attention"});
    more.push_back("--json");
    const auto ended = run(more);
    INFO(ended.err);
    REQUIRE(ended.exit == 0);
    return nlp::Json::parse(ended.out);
  };
  CHECK(out({zeros, zeros, values})["output"] == nlp::Json::parse("[[2],[2]]"));
  CHECK(out({zeros, values})["output"] == nlp::Json::parse("[[2],[2]]"));
  CHECK(out({zeros})["weights"] == nlp::Json::parse("[[0.5,0.5],[0.5,0.5]]"));
  CHECK(out({zeros, zeros, values, "--causal"})["output"] == nlp::Json::parse("[[1],[2]]"));
  const std::string flags =
      folder.write("m.npy", std::string("\x93NUMPY\x01\x00\x3a\x00", 10) +
                                "{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }\n" +
                                std::string("\x00\x01", 2));
  CHECK(out({zeros, zeros, values, "--mask", flags})["output"] == nlp::Json::parse("[[3],[3]]"));
  const std::string sums = folder.write("s.npy", npy({2, 1}, {0, -INFINITY}));
  CHECK(out({zeros, zeros, values, "--mask", sums})["output"] == nlp::Json::parse("[[2],[0]]"));
  CHECK(out({zeros, zeros, values, "--no-weights"}).size() == 1);
}

TEST_CASE("layer refuses what does not fit, with what it expected", "[cli]") {
  const TemporaryDirectory folder;
  const std::string rows = folder.write("x.npy", npy({2, 3}, {1, 2, 3, 4, 5, 6}));
  const std::string model = program::model("bert-mlm"), block = folder.path() / "b.npz";
  ok({"layer", "weights", "-m", model, "-o", block});
  const auto said = [](const program::Arguments& arguments, int exit, const std::string& part) {
    const auto ended = run(arguments);
    INFO(ended.err);
    CHECK(ended.exit == exit);
    CHECK(ended.out.empty());
    CHECK(ended.err.rfind("nlp-layer-", 0) == 0);
    CHECK(ended.err.find(part) != std::string::npos);
  };
  said({"layer", "block", rows, "--weights", block, "--heads", "4"}, 3,
       "expected [texts, tokens, 32] or [tokens, 32], got [2, 3]");
  said({"layer", "block", rows, "--weights", block, "--heads", "5"}, 4, "shared by 5 heads");
  said({"layer", "block", rows, "--heads", "4"}, 2, "--weights");
  const std::string text = folder.write("t.npz", "no archive");
  said({"layer", "block", rows, "--weights", text, "--heads", "4"}, 4, "t.npz: not a .npz file");
  said({"layer", "block", text, "--weights", block, "--heads", "4"}, 3, "not a .npy file");
  said({"layer", "block", folder.path() / "none.npy", "--weights", block, "--heads", "4"}, 3,
       "none.npy");
  said({"layer", "attention", block + ":norm3.weight"}, 3, "no array norm3.weight; there are: ");
  said({"layer", "attention", block}, 3, "several arrays (say which: FILE.npz:NAME)");
  said({"layer", "attention", rows, "--weights", block}, 2, "--heads");
  said({"layer", "attention", rows, rows, "--weights", block, "--heads", "4"}, 2, "one FILE");
  said({"layer", "attention", "-", "-"}, 2, "stdin holds one file only");
  said({"layer", "attention", rows, "--heads", "2"}, 3, "shared by 2 heads");
  said({"layer", "positions", rows, "--dimensions", "3"}, 2, "its own extents");
  const std::string wide = folder.write("w.npy", npy({2, 32}, std::vector<float>(64, 0.5f)));
  said({"layer", "block", wide, "--weights", block, "--heads", "4", "--key-padding-mask", rows}, 3,
       "--key-padding-mask: wrong shape (expected [1, 2], got [2, 3])");
}

TEST_CASE("a block reads [sequence, batch, dim], too", "[cli]") {
  const TemporaryDirectory folder;
  const std::string model = program::model("bert-mlm"), block = folder.path() / "b.npz";
  ok({"layer", "weights", "-m", model, "-o", block});
  std::vector<float> batch(2 * 3 * 32), sequence(batch.size());
  for (std::size_t b = 0; b < 2; ++b)
    for (std::size_t t = 0; t < 3; ++t)
      for (std::size_t h = 0; h < 32; ++h)
        batch[(b * 3 + t) * 32 + h] = sequence[(t * 2 + b) * 32 + h] =
            std::sin(static_cast<float>(7 * b + 3 * t + h));
  const auto outputs = [&](const Shape& shape, const std::vector<float>& rows, const char* layout) {
    const auto ended =
        run({"layer", "block", "--weights", block, "--heads", "4", "--layout", layout, "--json"},
            npy(shape, rows));
    INFO(ended.err);
    REQUIRE(ended.exit == 0);
    return nlp::Json::parse(ended.out)["output"];
  };
  const auto first = outputs({2, 3, 32}, batch, "batch-first");
  const auto second = outputs({3, 2, 32}, sequence, "sequence-first");
  for (std::size_t b = 0; b < 2; ++b)
    for (std::size_t t = 0; t < 3; ++t) CHECK(first[b][t] == second[t][b]);
}
