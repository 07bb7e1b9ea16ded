// RoBERTa and those built like it: positions are counted from the row behind the pad token's, and
// pad tokens are not counted.
// Source: Liu et al. 2019, arXiv:1907.11692; the reference's create_position_ids_from_input_ids.
#include "model/config_reader.hpp"
#include "model/families/bert_names.hpp"
#include "model/families/like_roberta.hpp"
#include "model/families/rows.hpp"

namespace nlp::model::families {
namespace {

// The heads that RoBERTa brought, and MPNet and Longformer took over.
Family like_roberta(std::string_view model_type) {
  Family family{.model_type = model_type, .names = bert_names("roberta.")};
  set_roberta_heads(family);
  family.names.pooler = "pooler.dense";
  family.defaults.type_vocab_size = 1;
  family.read_more = read_positions_behind_pad;
  return family;
}

}  // namespace

void set_roberta_heads(Family& family) {
  family.names.lm_transform = "lm_head.dense";
  family.names.lm_norm = "lm_head.layer_norm";
  family.names.lm_decoder = "lm_head.decoder";
  family.names.lm_bias = "lm_head.bias";
  family.names.sequence_dense = "classifier.dense";
  family.names.sequence_classifier = "classifier.out_proj";
  family.defaults.head_activation = Activation::gelu_erf;  // whatever the layers have
  family.defaults.pad_token_id = 1;
}

void read_positions_behind_pad(const ConfigReader& reader, Config& config) {
  if (config.pad_token_id < 0 || config.pad_token_id + 1 >= config.position_rows)
    reader.fail("pad_token_id", "leaves no positions behind it");
  config.first_position = config.pad_token_id + 1;
  config.pads_keep_position = true;
  config.max_tokens = config.position_rows - config.first_position;
}

const Family& roberta() {
  static const Family kFamily = like_roberta("roberta");
  return kFamily;
}
const Family& xlm_roberta() {
  static const Family kFamily = like_roberta("xlm-roberta");
  return kFamily;
}
const Family& camembert() {
  static const Family kFamily = like_roberta("camembert");
  return kFamily;
}

}  // namespace nlp::model::families
