// Encoder-decoder families against what the reference computed with small checkpoints of them.
#include "base/error.hpp"
#include "model/model.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

using namespace nlp::model;
using nlp::tensor::Tensor;

namespace {

constexpr const char* kCheckpoints[] = {"t5", "t5-v1.1", "marian"};

// Logits [B,V] of each step that the golden tokens of the texts [first, last) make.
std::vector<Tensor> write(const Model& model, const golden::Arrays& golden, std::int64_t first,
                          std::int64_t last, int threads) {
  const auto workspace = model.workspace(threads);
  const Batch whole = golden.batch();
  Batch batch;
  for (std::int64_t b = first; b < last; ++b) {
    const auto start = whole.starts[b], size = whole.starts[b + 1] - start;
    batch.add(std::span(whole.ids).subspan(start, size),
              std::span(whole.type_ids).subspan(start, size));
  }
  Encoded encoded;
  model.encode(batch, {}, *workspace, encoded);
  const auto read = model.read(encoded.last, batch.starts, *workspace);
  std::vector<WrittenText> written(read.size());
  const auto length = golden.view("decoder_input_ids").shape[1];
  std::vector<Tensor> logits(static_cast<std::size_t>(length));
  for (std::int64_t t = 0; t < length; ++t) {
    std::vector<DecoderStep> steps;
    for (std::size_t b = 0; b < read.size(); ++b) {
      const auto text = first + static_cast<std::int64_t>(b);
      const auto id =
          static_cast<std::int32_t>(golden.integer("decoder_input_ids", text * length + t));
      steps.push_back({id, &read[b], &written[b]});
    }
    model.write(steps, *workspace, logits[static_cast<std::size_t>(t)]);
  }
  return logits;
}

}  // namespace

TEST_CASE("an encoder-decoder's hidden states and attention are the reference's", "[model]") {
  for (const std::string name : kCheckpoints) {
    INFO(name);
    const golden::Arrays golden(name);
    const Model model = Model::open(golden::model(name));
    const auto workspace = model.workspace();
    const Batch batch = golden.batch();
    const auto layers = model.config().layers, heads = model.config().heads;
    Encoded encoded;
    model.encode(batch, {std::vector<bool>(layers + 1, true), true}, *workspace, encoded);
    for (std::int64_t layer = 0; layer <= layers; ++layer)
      golden.check_rows("hidden." + std::to_string(layer), encoded.hidden[layer]);
    double most = 0;
    const auto width = golden.width();
    for (std::int64_t layer = 0; layer < layers; ++layer)
      for (std::int64_t b = 0; b < golden.texts(); ++b) {
        const Tensor& shares = encoded.attention[layer][b];
        const auto size = golden.length(b);
        for (std::int64_t k = 0; k < shares.size(); ++k) {
          const auto j = k % size, i = k / size % size, h = k / size / size;
          const auto index = ((b * heads + h) * width + i) * width + j;
          const float expected = golden.number("attention." + std::to_string(layer), index);
          most = std::max<double>(most, std::abs(shares.values()[k] - expected));
        }
      }
    CHECK(most < 2e-5);
  }
}

TEST_CASE("a decoder's logits are the reference's, a token at a time", "[model]") {
  for (const std::string name : kCheckpoints) {
    INFO(name);
    const golden::Arrays golden(name);
    const Model model = Model::open(golden::model(name));
    const auto logits = write(model, golden, 0, golden.texts(), 1);
    const auto size = model.config().decoder.vocab_size;
    double most = 0, largest = 1;
    for (std::size_t t = 0; t < logits.size(); ++t)
      for (std::int64_t b = 0; b < golden.texts(); ++b)
        for (std::int64_t k = 0; k < size; ++k) {
          const auto step = b * std::ssize(logits) + static_cast<std::int64_t>(t);
          const float expected = golden.number("decoder_logits", step * size + k);
          most = std::max<double>(most, std::abs(logits[t].row(b)[k] - expected));
          largest = std::max<double>(largest, std::abs(expected));
        }
    CHECK(most / largest < 1e-5);
  }
}

TEST_CASE("a step's logits have the same bytes alone and among others", "[model]") {
  for (const std::string name : kCheckpoints) {
    INFO(name);
    const golden::Arrays golden(name);
    const Model model = Model::open(golden::model(name));
    const auto together = write(model, golden, 0, golden.texts(), 1);
    for (std::int64_t b = 0; b < golden.texts(); ++b) {
      const auto alone = write(model, golden, b, b + 1, 2);
      for (std::size_t t = 0; t < alone.size(); ++t)
        CHECK(std::memcmp(alone[t].data(), together[t].row(b).data(),
                          alone[t].values().size_bytes()) == 0);
    }
  }
}

TEST_CASE("a checkpoint without decoder says so", "[model]") {
  const Model model = Model::open(golden::model("bert-mlm"));
  CHECK_FALSE(model.has_decoder());
  CHECK_THROWS_AS(model.require_decoder(), nlp::Error);
  CHECK(Model::open(golden::model("t5")).has_decoder());
}

TEST_CASE("steps that the decoder cannot take are refused", "[model]") {
  const Model model = Model::open(golden::model("marian"));
  const auto workspace = model.workspace();
  Batch batch;
  batch.add(std::vector<std::int32_t>{5, 2}, std::vector<std::int32_t>{0, 0});
  Encoded encoded;
  model.encode(batch, {}, *workspace, encoded);
  const auto read = model.read(encoded.last, batch.starts, *workspace);
  WrittenText written;
  Tensor logits;
  const auto write = [&](std::int32_t id) {
    const DecoderStep step{id, &read[0], &written};
    model.write({&step, 1}, *workspace, logits);
  };
  CHECK_THROWS_AS(write(702), nlp::Error);
  CHECK_THROWS_AS(write(-1), nlp::Error);
  for (int k = 0; k < 80; ++k) write(5);
  CHECK_THROWS_AS(write(5), nlp::Error);
}
