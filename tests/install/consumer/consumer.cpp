#include <cstdio>

#include "model/model.hpp"

int main(int, char** argv) {
  const auto model = nlp::model::Model::open(argv[1]);
  nlp::model::Batch batch;
  const std::int32_t ids[] = {1, 2, 3}, types[] = {0, 0, 0};
  batch.add(ids, types);
  nlp::model::Encoded encoded;
  model.encode(batch, {}, *model.workspace(), encoded);
  std::printf("%s\n", nlp::tensor::to_string(encoded.last.shape()).c_str());
}
