// DistilBERT: no token types, no pooler; its sequence head starts with a ReLU layer.
// Source: Sanh et al. 2019, arXiv:1910.01108; the reference's modeling_distilbert.
#include "model/families/rows.hpp"

namespace nlp::model::families {

const Family& distilbert() {
  static const Family kFamily = [] {
    Family family{
        .model_type = "distilbert",
        .keys = {.hidden_size = "dim",
                 .heads = "n_heads",
                 .layers = "n_layers",
                 .intermediate_size = "hidden_dim",
                 .type_vocab_size = {},
                 .embedding_size = {},
                 .activation = "activation",
                 .layer_norm_epsilon = {}},  // 1e-12 in code
        .names = {.prefix = "distilbert.",
                  .word_embeddings = "embeddings.word_embeddings",
                  .position_embeddings = "embeddings.position_embeddings",
                  .embeddings_norm = "embeddings.LayerNorm",
                  .layer = "transformer.layer.{}.",
                  .query = "attention.q_lin",
                  .key = "attention.k_lin",
                  .value = "attention.v_lin",
                  .attention_output = "attention.out_lin",
                  .attention_norm = "sa_layer_norm",
                  .intermediate = "ffn.lin1",
                  .output = "ffn.lin2",
                  .output_norm = "output_layer_norm",
                  .lm_transform = "vocab_transform",
                  .lm_norm = "vocab_layer_norm",
                  .lm_decoder = "vocab_projector",
                  .lm_bias = "vocab_projector.bias",
                  .sequence_dense = "pre_classifier"},
    };
    family.defaults.pooled_activation = Activation::relu;
    return family;
  }();
  return kFamily;
}

}  // namespace nlp::model::families
