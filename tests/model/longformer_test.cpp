// Longformer's global tokens: the reference's rule computed in full by hand.
#include <cmath>
#include <cstring>

#include "base/error.hpp"
#include "base/json.hpp"
#include "model/attention.hpp"
#include "model/global_attention.hpp"
#include "reference/dnn.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace nlp::model;
using nlp::dnn::matrix;
using nlp::tensor::Tensor;

namespace {

constexpr std::int64_t kHidden = 12, kHeads = 3, kReach = 4, kTokens = 300;

nlp::dnn::Linear linear(const nlp::dnn::Device& device, const Tensor& weights) {
  const auto view = reference::view(weights);
  return nlp::dnn::Linear(device, {&view, 1}, {});
}

Tensor product(const Tensor& src, const Tensor& weights) {
  const auto values = reference::linear(src, weights, {}, [](double x) { return x; });
  Tensor dst({src.rows(), weights.rows()});
  for (std::int64_t k = 0; k < dst.size(); ++k)
    dst.values()[static_cast<std::size_t>(k)] =
        static_cast<float>(values[static_cast<std::size_t>(k)]);
  return dst;
}

}  // namespace

TEST_CASE("tokens see near and global ones, and global ones see all by their own projections",
          "[model]") {
  Config config;
  config.hidden_size = kHidden;
  config.heads = kHeads;
  config.head_size = kHidden / kHeads;
  config.reach = {kReach};
  config.global_tokens = GlobalTokens::question;
  config.sep_token_id = 2;
  const auto near = reference::random({3 * kHidden, kHidden}, 1, 0.3f),
             query = reference::random({kHidden, kHidden}, 2, 0.3f),
             key_value = reference::random({2 * kHidden, kHidden}, 3, 0.3f),
             src = reference::random({kTokens, kHidden}, 4);
  const nlp::dnn::Device device;
  const GlobalAttention attention(config, 0, linear(device, near), linear(device, query),
                                  linear(device, key_value));
  Batch batch;
  std::vector<std::int32_t> ids(kTokens, 7), types(kTokens);
  ids[3] = 2;  // tokens 0, 1 and 2 are global
  batch.add(ids, types);
  Tensor dst({kTokens, kHidden});
  std::vector<Tensor> shares;
  nlp::dnn::Workspace workspace(device, 1);
  BlockBuffers buffers;
  attention.forward({batch, matrix(src), matrix(dst), workspace, buffers, &shares});

  const double scale = 1 / std::sqrt(double{kHidden / kHeads});
  const Tensor rows = product(src, near), own = product(src, key_value);
  const auto others = reference::attention(
      reference::columns(rows, 0, kHidden), reference::columns(rows, kHidden, kHidden),
      reference::columns(rows, 2 * kHidden, kHidden), kHeads, scale,
      [](std::int64_t, std::int64_t i, std::int64_t j) {
        return j < 3 || std::abs(i - j) <= kReach ? 0.0 : -HUGE_VAL;
      });
  const auto global =
      reference::attention(product(src, query), reference::columns(own, 0, kHidden),
                           reference::columns(own, kHidden, kHidden), kHeads, scale,
                           [](std::int64_t, std::int64_t, std::int64_t) { return 0.0; });
  REQUIRE(shares.size() == 1);
  for (std::int64_t t = 0; t < kTokens; ++t) {
    const auto& expected = t < 3 ? global : others;
    for (std::int64_t k = 0; k < kHidden; ++k)
      REQUIRE(dst.row(t)[k] == Approx(expected.context[t * kHidden + k]).margin(1e-5));
    for (std::int64_t h = 0; h < kHeads; ++h)
      for (std::int64_t j = 0; j < kTokens; ++j) {
        const auto at = static_cast<std::size_t>((h * kTokens + t) * kTokens + j);
        REQUIRE(shares[0].values()[at] == Approx(expected.probabilities[at]).margin(1e-6));
      }
  }
}

TEST_CASE("keys of Longformer and Reformer that are not computed are refused by name", "[model]") {
  const nlp::Json common = {{"hidden_size", 32},
                            {"num_attention_heads", 4},
                            {"num_hidden_layers", 2},
                            {"vocab_size", 100},
                            {"intermediate_size", 64},
                            {"max_position_embeddings", 64},
                            {"feed_forward_size", 64},
                            {"attention_head_size", 8},
                            {"axial_pos_shape", {8, 8}},
                            {"axial_pos_embds_dim", {16, 16}},
                            {"attn_layers", {"local", "lsh"}}};
  struct Wrong {
    const char *family, *key;
    nlp::Json value;
  };
  const Wrong wrong[] = {{"longformer", "attention_window", 7},
                         {"longformer", "attention_window", {8}},
                         {"longformer", "attention_window", {8, 0}},
                         {"reformer", "attn_layers", {"local", "full"}},
                         {"reformer", "attn_layers", {"local"}},
                         {"reformer", "axial_pos_embds_dim", {16, 8}},
                         {"reformer", "num_buckets", 5},
                         {"reformer", "is_decoder", true}};
  for (const Wrong& one : wrong) {
    INFO(one.family << " " << one.key);
    nlp::Json json = common;
    json["model_type"] = one.family;
    const TemporaryDirectory directory;
    directory.write("config.json", json.dump());
    CHECK_NOTHROW(read_config(directory.path()));
    json[one.key] = one.value;
    directory.write("config.json", json.dump());
    try {
      read_config(directory.path());
      FAIL_CHECK("was taken");
    } catch (const nlp::Error& error) {
      CHECK(error.kind() == nlp::Kind::model);
      CHECK(std::string(error.what()).find(one.key) != std::string::npos);
    }
  }
}
