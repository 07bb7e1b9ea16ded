#include "model/block_weights.hpp"

#include <cmath>

#include "base/error.hpp"
#include "model/model.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

namespace model = nlp::model;

TEST_CASE("each family's blocks, taken out, give the model's next hidden states", "[model]") {
  for (const char* name : {"bert-mlm", "bert-mlm-relu", "roberta-mlm", "distilbert-mlm",
                           "albert-mlm", "electra-discriminator"}) {
    INFO(name);
    const auto opened = model::Model::open(golden::model(name));
    const golden::Arrays arrays(name);
    const model::Batch batch = arrays.batch();
    model::Keep keep;
    keep.hidden.assign(static_cast<std::size_t>(opened.config().layers) + 1, true);
    model::Encoded encoded;
    opened.encode(batch, keep, *opened.workspace(), encoded);
    const nlp::dnn::Device device;
    nlp::dnn::Workspace workspace(device, 1);
    for (std::size_t layer = 1; layer < encoded.hidden.size(); ++layer) {
      const auto weights =
          model::read_block_weights(golden::model(name), static_cast<std::int64_t>(layer));
      const model::EncoderBlock block(device, weights.tensors, weights.options);
      const std::int64_t width = block.hidden();
      nlp::tensor::Tensor& rows = encoded.hidden[layer - 1];
      for (std::int64_t b = 0; b < batch.texts(); ++b) {
        const std::int64_t first = batch.starts[b], tokens = batch.starts[b + 1] - first;
        model::SelfAttention::Call call;
        call.sequences = {.texts = 1, .tokens = tokens};
        block.forward(call, {rows.data() + first * width, tokens, width, width}, workspace);
      }
      double most = 0;
      for (std::int64_t k = 0; k < rows.size(); ++k)
        most = std::max(most,
                        std::abs(double{rows.data()[k]} - double{encoded.hidden[layer].data()[k]}));
      CHECK(most < 1e-5);
    }
  }
}

TEST_CASE("blocks with parts that a plain one has not are refused with what they have", "[model]") {
  const auto said = [](const char* name, std::int64_t layer) {
    try {
      model::read_block_weights(golden::model(name), layer);
    } catch (const nlp::Error& error) {
      CHECK(error.kind() == nlp::Kind::model);
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK_THAT(said("modernbert-mlm", 1), ContainsSubstring("queries and keys that are rotated"));
  CHECK_THAT(said("mpnet-mlm", 1), ContainsSubstring("scores by distance"));
  CHECK_THAT(said("deberta-v2-mlm", 1), ContainsSubstring("an attention of their own"));
  CHECK_THAT(said("bert-mlm", 3), ContainsSubstring("no layer 3 (expected 1 to 2)"));
  CHECK_THAT(said("bert-mlm", 0), ContainsSubstring("no layer 0"));
}
