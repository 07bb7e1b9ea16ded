// What computes a model: the kernels that oneDNN chose.
#include "support/kernels.hpp"

#include "dnn/profile.hpp"
#include "model/model.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

using namespace nlp;

TEST_CASE("every product of every model runs on a fast kernel of oneDNN, in every type",
          "[model]") {
  for (const std::string name : {"bert-mlm", "modernbert-mlm", "deberta-v2-mlm", "t5"})
    for (const auto type :
         {dnn::ComputeType::f32, dnn::ComputeType::bf16, dnn::ComputeType::int8}) {
      model::OpenOptions how;
      how.type = type;
      const auto opened = model::Model::open(golden::model(name), how);
      for (const std::int64_t tokens : {1, 2, 5, 16, 33}) {
        model::Batch batch;
        const std::vector<std::int32_t> ids(static_cast<std::size_t>(tokens), 5), types(ids.size());
        batch.add(ids, types);
        dnn::Profile profile;
        model::RunOptions options;
        options.profile = &profile;
        model::Encoded encoded;
        opened.encode(batch, {}, *opened.workspace(options), encoded);
        int layers = 0;
        for (const auto& part : profile.parts()) {
          if (part.op.stage != dnn::Stage::linear) continue;
          ++layers;
          INFO(name << " " << name_of(type) << ", " << tokens << " tokens, " << part.op.inputs
                    << " to " << part.op.outputs << ": " << part.kernel);
          CHECK(kernels::is_fast(part.kernel));
        }
        CHECK(layers > 0);
      }
    }
}
