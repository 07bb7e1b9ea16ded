// Every family against what the reference library computed with a small checkpoint of it.
#include <numeric>

#include "model/family.hpp"
#include "model/model.hpp"
#include "model/relative_bias.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

using namespace nlp::model;
using nlp::tensor::Tensor;

namespace {

constexpr const char* kCheckpoints[] = {
    "albert-mlm",           "bert-regression", "deberta-v1-mlm",       "deberta-v2-mlm",
    "deberta-v2-ner",       "distilbert-mlm",  "distilbert-sentiment", "electra-discriminator",
    "electra-generator",    "electra-ner",     "longformer-mlm",       "modernbert-mlm",
    "modernbert-sentiment", "mpnet-mlm",       "reformer-mlm",         "roberta-mlm",
    "roberta-ner",
};

// The logits of the one head a checkpoint has.
Tensor logits_of(const Model& model, const Batch& batch, const Tensor& last, Workspace& workspace) {
  Tensor logits;
  std::vector<std::int64_t> all(static_cast<std::size_t>(batch.rows()));
  std::iota(all.begin(), all.end(), 0);
  if (model.has(Head::masked_lm))
    model.masked_lm(last, all, workspace, logits);
  else if (model.has(Head::token_classification))
    model.token_logits(last, workspace, logits);
  else if (model.has(Head::replaced_token))
    model.replaced_logits(last, workspace, logits);
  else
    model.sequence_logits(last, batch.starts, workspace, logits);
  return logits;
}

void check_attention(const golden::Arrays& golden, const Config& config, const Encoded& encoded) {
  if (!golden.has("attention.0")) return;  // where the reference's are of its own layout
  double most = 0;
  const auto width = golden.width();
  for (std::int64_t layer = 0; layer < config.layers; ++layer)
    for (std::int64_t b = 0; b < golden.texts(); ++b) {
      const auto size = golden.length(b);
      const Tensor& shares = encoded.attention[layer][b];
      REQUIRE(shares.shape() == nlp::tensor::Shape{config.heads, size, size});
      for (std::int64_t k = 0; k < shares.size(); ++k) {
        const auto j = k % size, i = k / size % size, h = k / size / size;
        const auto index = ((b * config.heads + h) * width + i) * width + j;
        const float expected = golden.number("attention." + std::to_string(layer), index);
        most = std::max<double>(most, std::abs(shares.values()[k] - expected));
      }
    }
  CHECK(most < 2e-5);
}

}  // namespace

TEST_CASE("every family's hidden states, attention and logits are the reference's", "[model]") {
  for (const std::string name : kCheckpoints) {
    INFO(name);
    const golden::Arrays golden(name);
    const Model model = Model::open(golden::model(name));
    const auto workspace = model.workspace();
    const Batch batch = golden.batch();
    Encoded encoded;
    const auto layers = model.config().layers;
    model.encode(batch, {std::vector<bool>(layers + 1, true), true}, *workspace, encoded);
    for (std::int64_t layer = 0; layer <= layers; ++layer)
      golden.check_rows("hidden." + std::to_string(layer), encoded.hidden[layer]);
    check_attention(golden, model.config(), encoded);
    const Tensor logits = logits_of(model, batch, encoded.last, *workspace);
    if (golden.view("logits").shape.size() > 1 && logits.rows() == batch.rows()) {
      golden.check_rows("logits", logits);
    } else {
      double most = 0;
      for (std::int64_t k = 0; k < logits.size(); ++k)
        most = std::max<double>(most, std::abs(logits.values()[k] - golden.number("logits", k)));
      CHECK(most < 2e-5);
    }
  }
}

TEST_CASE("a text's rows have the same bytes alone and among others, in every family", "[model]") {
  for (const std::string name : kCheckpoints) {
    INFO(name);
    const golden::Arrays golden(name);
    const Model model = Model::open(golden::model(name));
    const auto workspace = model.workspace(), two = model.workspace(2);
    const Batch batch = golden.batch();
    Encoded together, apart;
    model.encode(batch, {}, *workspace, together);
    for (std::int64_t b = 0; b < batch.texts(); ++b) {
      const auto first = batch.starts[b], size = batch.starts[b + 1] - first;
      Batch alone;
      alone.add(std::span(batch.ids).subspan(first, size),
                std::span(batch.type_ids).subspan(first, size));
      model.encode(alone, {}, *two, apart);
      CHECK(std::memcmp(apart.last.data(), together.last.row(first).data(),
                        apart.last.values().size_bytes()) == 0);
    }
  }
}

TEST_CASE("positions of RoBERTa start behind the pad token's, and pads are not counted",
          "[model]") {
  const Model model = Model::open(golden::model("roberta-mlm"));
  CHECK(model.config().first_position == 2);
  CHECK(model.config().max_tokens == model.config().position_rows - 2);
}

TEST_CASE("distances fall into the reference's buckets", "[model]") {
  // Both ways, 32 buckets, distances up to 128: exact to 8, then by logarithm.
  for (const auto& [distance, bucket] : {std::pair<std::int64_t, std::int64_t>{0, 0},
                                         {-1, 1},
                                         {1, 17},
                                         {-7, 7},
                                         {-8, 8},
                                         {8, 24},
                                         {-12, 9},
                                         {-127, 15},
                                         {-500, 15},
                                         {500, 31}}) {
    INFO(distance);
    CHECK(relative_bucket(distance, 32, 128, true) == bucket);
  }
  // One way: keys behind the query count as distance 0.
  CHECK(relative_bucket(5, 32, 128, false) == 0);
  CHECK(relative_bucket(-15, 32, 128, false) == 15);
  CHECK(relative_bucket(-16, 32, 128, false) == 16);
  CHECK(relative_bucket(-1000, 32, 128, false) == 31);
}
