// A forward pass of which not all rows of the last layer are kept.
#include <algorithm>
#include <cstring>

#include "model/model.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

using namespace nlp::model;
using nlp::tensor::Tensor;

namespace {

constexpr const char* kCheckpoints[] = {
    "albert-mlm",     "bert-mlm",       "deberta-v2-mlm", "distilbert-mlm", "electra-generator",
    "longformer-mlm", "modernbert-mlm", "mpnet-mlm",      "reformer-mlm",   "roberta-mlm",
};

bool same(std::span<const float> left, std::span<const float> right) {
  return left.size() == right.size() &&
         std::memcmp(left.data(), right.data(), left.size_bytes()) == 0;
}

bool same(const Tensor& left, const Tensor& right) {
  return left.shape() == right.shape() && same(left.values(), right.values());
}

}  // namespace

TEST_CASE("kept rows of the last layer are those of all rows to the last bit", "[model]") {
  for (const std::string name : kCheckpoints) {
    INFO(name);
    const Model model = Model::open(golden::model(name));
    const auto workspace = model.workspace();
    const Batch batch = golden::Arrays(name).batch();
    Encoded all, some;
    model.encode(batch, {}, *workspace, all);
    REQUIRE(all.last.shape().at(0) == batch.rows());
    // Not in order, one of them twice; then one alone.
    const std::int64_t last = batch.rows() - 1;
    for (const std::vector<std::int64_t>& rows :
         {std::vector<std::int64_t>{last, 1, 3, 1, 0}, std::vector<std::int64_t>{2}}) {
      for (const bool hidden : {false, true}) {
        Keep keep{.rows = rows};
        if (hidden) keep.hidden.assign(static_cast<std::size_t>(model.config().layers) + 1, true);
        model.encode(batch, keep, *workspace, some);
        REQUIRE(some.last.shape().at(0) == static_cast<std::int64_t>(rows.size()));
        for (std::size_t k = 0; k < rows.size(); ++k)
          CHECK(same(some.last.row(static_cast<std::int64_t>(k)), all.last.row(rows[k])));
        if (hidden && name != "reformer-mlm") CHECK(same(some.hidden.back(), all.last));
      }
    }
  }
}

TEST_CASE("a class of a whole text is the same where only its own row is kept", "[model]") {
  for (const std::string name :
       {"bert-sentiment", "distilbert-sentiment", "modernbert-sentiment"}) {
    INFO(name);
    const Model model = Model::open(golden::model(name));
    const auto workspace = model.workspace();
    const Batch batch = golden::Arrays(name).batch();
    Encoded encoded;
    Tensor expected, logits;
    model.encode(batch, {}, *workspace, encoded);
    model.sequence_logits(encoded.last, batch.starts, *workspace, expected);
    model.encode(batch, {.sequence = true}, *workspace, encoded);
    model.sequence_logits(encoded.last, batch.starts, *workspace, logits);
    CHECK(same(logits, expected));
    const bool is_mean = model.config().pooling == SequencePooling::mean;
    CHECK(encoded.last.shape().at(0) == (is_mean ? batch.rows() : batch.texts()));
  }
}
