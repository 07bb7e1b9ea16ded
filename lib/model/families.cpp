// The only list of families.  A new one adds its row.
#include <fmt/format.h>

#include <array>
#include <string>

#include "base/error.hpp"
#include "model/family.hpp"

namespace nlp::model {
namespace {

constexpr WeightNames kBertNames = {
    .prefix = "bert.",
    .word_embeddings = "embeddings.word_embeddings",
    .position_embeddings = "embeddings.position_embeddings",
    .type_embeddings = "embeddings.token_type_embeddings",
    .embeddings_norm = "embeddings.LayerNorm",
    .layer = "encoder.layer.{}.",
    .query = "attention.self.query",
    .key = "attention.self.key",
    .value = "attention.self.value",
    .attention_output = "attention.output.dense",
    .attention_norm = "attention.output.LayerNorm",
    .intermediate = "intermediate.dense",
    .output = "output.dense",
    .output_norm = "output.LayerNorm",
    .pooler = "pooler.dense",
    .lm_transform = "cls.predictions.transform.dense",
    .lm_norm = "cls.predictions.transform.LayerNorm",
    .lm_decoder = "cls.predictions.decoder",
    .lm_bias = "cls.predictions.bias",
    .classifier = "classifier",
    .question_answering = "qa_outputs",
    .next_sentence = "cls.seq_relationship",
};

constexpr std::array kFamilies = {
    Family{.model_type = "bert", .keys = {}, .names = kBertNames},
};

}  // namespace

std::span<const Family> families() { return kFamilies; }

const Family& find_family(std::string_view model_type, std::string_view where) {
  std::string known;
  for (const Family& family : kFamilies) {
    if (family.model_type == model_type) return family;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", family.model_type);
  }
  throw Error(Kind::model, fmt::format("{}: model_type \"{}\" is not supported (known: {})", where,
                                       model_type, known));
}

}  // namespace nlp::model
