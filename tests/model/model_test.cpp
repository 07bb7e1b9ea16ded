#include "model/model.hpp"

#include <cstring>
#include <numeric>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/safetensors_file.hpp"
#include "support/temporary_directory.hpp"

using namespace nlp::model;
using nlp::tensor::Tensor;

namespace {
std::vector<std::int64_t> first_rows(const Batch& batch) {
  return {batch.starts.begin(), batch.starts.end() - 1};
}

void check(const golden::Arrays& golden, const std::string& name, const Tensor& values) {
  double most = 0;
  for (std::int64_t k = 0; k < values.size(); ++k)
    most = std::max<double>(most, std::abs(values.values()[k] - golden.number(name, k)));
  INFO(name);
  CHECK(most < 2e-5);
}
}  // namespace

TEST_CASE("hidden states and attentions of every layer are the reference's", "[model]") {
  for (const std::string name :
       {"bert-mlm", "bert-mlm-relu", "bert-ner", "bert-sentiment", "bert-qa"}) {
    const golden::Arrays golden(name);
    const Model model = Model::open(golden::model(name));
    const auto workspace = model.workspace();
    const Batch batch = golden.batch();
    Encoded encoded;
    const auto layers = model.config().layers;
    model.encode(batch, {std::vector<bool>(layers + 1, true), true}, *workspace, encoded);
    for (std::int64_t layer = 0; layer <= layers; ++layer)
      golden.check_rows("hidden." + std::to_string(layer), encoded.hidden[layer]);
    double most = 0;
    for (std::int64_t layer = 0; layer < layers; ++layer)
      for (std::int64_t b = 0; b < batch.texts(); ++b) {
        const Tensor& share = encoded.attention[layer][b];
        const auto size = golden.length(b), width = golden.width();
        REQUIRE(share.shape() == nlp::tensor::Shape{model.config().heads, size, size});
        for (std::int64_t h = 0; h < model.config().heads; ++h)
          for (std::int64_t i = 0; i < size; ++i)
            for (std::int64_t j = 0; j < size; ++j) {
              const auto index = ((b * model.config().heads + h) * width + i) * width + j;
              most = std::max<double>(
                  most, std::abs(share.values()[(h * size + i) * size + j] -
                                 golden.number("attention." + std::to_string(layer), index)));
            }
      }
    CHECK(most < 2e-5);
  }
}

TEST_CASE("every head gives the reference's logits", "[model]") {
  const auto run = [](const std::string& name, auto body) {
    const golden::Arrays golden(name);
    const Model model = Model::open(golden::model(name));
    const auto workspace = model.workspace();
    const Batch batch = golden.batch();
    Encoded encoded;
    Tensor logits;
    model.encode(batch, {}, *workspace, encoded);
    body(golden, model, batch, encoded.last, *workspace, logits);
  };
  std::vector<std::int64_t> all;
  run("bert-mlm",
      [&](auto& golden, auto& model, auto& batch, auto& last, auto& workspace, auto& logits) {
        all.resize(batch.rows());
        std::iota(all.begin(), all.end(), 0);
        model.require(Head::masked_lm);
        model.masked_lm(last, all, workspace, logits);
        golden.check_rows("logits", logits);
      });
  run("bert-ner", [&](auto& golden, auto& model, auto&, auto& last, auto& workspace, auto& logits) {
    model.require(Head::token_classification);
    model.token_logits(last, workspace, logits);
    golden.check_rows("logits", logits);
  });
  run("bert-sentiment",
      [&](auto& golden, auto& model, auto& batch, auto& last, auto& workspace, auto& logits) {
        model.require(Head::sequence_classification);
        model.sequence_logits(last, first_rows(batch), workspace, logits);
        check(golden, "logits", logits);
      });
  run("bert-qa",
      [&](auto& golden, auto& model, auto& batch, auto& last, auto& workspace, auto& logits) {
        model.require(Head::question_answering);
        model.answer_logits(last, workspace, logits);
        Tensor side({batch.rows(), 1});
        for (int k = 0; k < 2; ++k) {
          for (std::int64_t n = 0; n < batch.rows(); ++n) side.data()[n] = logits.row(n)[k];
          golden.check_rows(k == 0 ? "start_logits" : "end_logits", side);
        }
      });
  run("bert-pretraining",
      [&](auto& golden, auto& model, auto& batch, auto& last, auto& workspace, auto& logits) {
        all.resize(batch.rows());
        std::iota(all.begin(), all.end(), 0);
        model.masked_lm(last, all, workspace, logits);
        golden.check_rows("prediction_logits", logits);
        model.require(Head::next_sentence);
        model.relationship_logits(last, first_rows(batch), workspace, logits);
        check(golden, "seq_relationship_logits", logits);
      });
}

TEST_CASE("a text's rows have the same bytes alone and among others", "[model]") {
  const golden::Arrays golden("bert-mlm");
  const Model model = Model::open(golden::model("bert-mlm"));
  const auto workspace = model.workspace();
  const Batch batch = golden.batch();
  Encoded together, alone;
  model.encode(batch, {}, *workspace, together);
  for (std::int64_t b = 0; b < batch.texts(); ++b) {
    const auto first = batch.starts[b], size = batch.starts[b + 1] - first;
    Batch one;
    one.add({batch.ids.data() + first, static_cast<std::size_t>(size)},
            {batch.type_ids.data() + first, static_cast<std::size_t>(size)});
    model.encode(one, {}, *workspace, alone);
    CHECK(std::memcmp(alone.last.data(), together.last.row(first).data(),
                      alone.last.values().size_bytes()) == 0);
  }
}

TEST_CASE("a head without weights is refused by name, never made up", "[model]") {
  const auto refused = [](const std::string& name, Head head) {
    const Model model = Model::open(golden::model(name));
    REQUIRE_FALSE(model.has(head));
    try {
      model.require(head);
    } catch (const nlp::Error& error) {
      CHECK(error.kind() == nlp::Kind::model);
      CHECK(std::string(error.what()).find(name_of(head)) != std::string::npos);
      return;
    }
    FAIL("not refused");
  };
  refused("bert-ner", Head::masked_lm);
  refused("bert-mlm", Head::token_classification);
  refused("bert-mlm", Head::sequence_classification);
  refused("bert-ner", Head::sequence_classification);
  refused("bert-sentiment", Head::token_classification);
  refused("bert-mlm", Head::question_answering);
}

TEST_CASE("ids outside the tables and texts too long are refused before anything is read",
          "[model]") {
  const Model model = Model::open(golden::model("bert-mlm"));
  const auto workspace = model.workspace();
  Encoded encoded;
  const auto encode = [&](std::int32_t id, std::int32_t type, std::size_t size) {
    Batch batch;
    batch.add(std::vector<std::int32_t>(size, id), std::vector<std::int32_t>(size, type));
    model.encode(batch, {}, *workspace, encoded);
  };
  CHECK_NOTHROW(encode(699, 1, 80));
  CHECK_THROWS_AS(encode(700, 0, 3), nlp::Error);
  CHECK_THROWS_AS(encode(-1, 0, 3), nlp::Error);
  CHECK_THROWS_AS(encode(1, 2, 3), nlp::Error);
  CHECK_THROWS_AS(encode(1, 0, 81), nlp::Error);
}

TEST_CASE("word embeddings that are stored only as the tied decoder's are found", "[model]") {
  // The checkpoint with a tensor, and perhaps the encoder's prefix, renamed.
  const auto hidden = [](const std::vector<std::pair<std::string, std::string>>& renames) {
    const TemporaryDirectory directory;
    const auto source = golden::model("bert-mlm");
    std::filesystem::copy_file(source / "config.json", directory.path() / "config.json");
    const nlp::MappedFile file(source / "model.safetensors");
    const std::string_view bytes(reinterpret_cast<const char*>(file.bytes().data()),
                                 file.bytes().size());
    std::uint64_t size = 0;
    std::memcpy(&size, bytes.data(), sizeof size);
    std::string header(bytes.substr(8, size));
    for (const auto& [from, to] : renames)
      for (std::size_t at = 0; (at = header.find(from, at)) != std::string::npos; at += to.size())
        header.replace(at, from.size(), to);
    directory.write("model.safetensors", safetensors::file(header, bytes.substr(8 + size)));
    const Model model = Model::open(directory.path());
    Encoded encoded;
    model.encode(golden::Arrays("bert-mlm").batch(), {}, *model.workspace(), encoded);
    const auto values = encoded.last.values();
    return std::vector<float>(values.begin(), values.end());
  };
  const std::pair<std::string, std::string> tied = {"bert.embeddings.word_embeddings.weight",
                                                    "cls.predictions.decoder.weight"};
  const auto expected = hidden({});
  CHECK(hidden({tied}) == expected);
  CHECK(hidden({tied, {"\"bert.", "\""}}) == expected);
}
