// DeBERTa's positions, and which masked-LM head of a checkpoint is taken.
#include <map>
#include <numeric>

#include "base/error.hpp"
#include "base/json.hpp"
#include "model/disentangled.hpp"
#include "model/model.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/safetensors_file.hpp"
#include "support/temporary_directory.hpp"

using namespace nlp::model;
using nlp::Json;

namespace {

// The small checkpoint with its masked-LM head under the names of original files, or without one;
// `more`: the name of one more tensor.
void write_checkpoint(const TemporaryDirectory& to, bool with_head, const Json& changes = {},
                      const std::string& more = {}) {
  const auto from = golden::model("deberta-v2-mlm");
  Json config = nlp::read_json(from / "config.json");
  if (changes.is_object()) config.update(changes);
  to.write("config.json", config.dump());

  const nlp::MappedFile file(from / "model.safetensors");
  const auto tensors = nlp::checkpoint::parse_safetensors(file.bytes(), "model.safetensors");
  const std::map<std::string, std::string> renamed = {
      {"cls.predictions.transform.dense.weight", "lm_predictions.lm_head.dense.weight"},
      {"cls.predictions.transform.dense.bias", "lm_predictions.lm_head.dense.bias"},
      {"cls.predictions.transform.LayerNorm.weight", "lm_predictions.lm_head.LayerNorm.weight"},
      {"cls.predictions.transform.LayerNorm.bias", "lm_predictions.lm_head.LayerNorm.bias"},
      {"cls.predictions.bias", "lm_predictions.lm_head.bias"}};
  Json header;
  std::string data;
  for (const auto& entry : tensors) {
    const auto found = renamed.find(std::string(entry.first));
    if (found != renamed.end() && !with_head) continue;
    const auto& view = entry.second;
    const std::string new_name = found == renamed.end() ? std::string(entry.first) : found->second;
    header[new_name] = {{"dtype", "F32"},
                        {"shape", view.shape},
                        {"data_offsets", {data.size(), data.size() + view.bytes()}}};
    data.append(reinterpret_cast<const char*>(view.data), view.bytes());
  }
  if (!more.empty()) {
    header[more] = {
        {"dtype", "F32"}, {"shape", {1}}, {"data_offsets", {data.size(), data.size() + 4}}};
    data.append(4, '\0');
  }
  to.write("model.safetensors", safetensors::file(header.dump(), data));
}

}  // namespace

TEST_CASE("an original DeBERTa file with the head lm_predictions alone fills masks", "[model]") {
  const TemporaryDirectory directory;
  write_checkpoint(directory, true);
  const golden::Arrays golden("deberta-v2-mlm");
  const Model model = Model::open(directory.path());
  REQUIRE(model.has(Head::masked_lm));
  const auto workspace = model.workspace();
  const Batch batch = golden.batch();
  Encoded encoded;
  model.encode(batch, {}, *workspace, encoded);
  std::vector<std::int64_t> all(static_cast<std::size_t>(batch.rows()));
  std::iota(all.begin(), all.end(), 0);
  nlp::tensor::Tensor logits;
  model.masked_lm(encoded.last, all, *workspace, logits);
  golden.check_rows("logits", logits);
}

TEST_CASE("a DeBERTa file without a masked-LM head has none, whatever its config names",
          "[model]") {
  const TemporaryDirectory directory;
  write_checkpoint(directory, false);
  const Model model = Model::open(directory.path());
  CHECK_FALSE(model.has(Head::masked_lm));
  CHECK_THROWS_AS(model.require(Head::masked_lm), nlp::Error);
}

TEST_CASE("a DeBERTa discriminator guesses no words, whatever head is left over in its file",
          "[model]") {
  const TemporaryDirectory directory;
  write_checkpoint(directory, true, {}, "mask_predictions.classifier.weight");
  const Model model = Model::open(directory.path());
  CHECK_FALSE(model.has(Head::masked_lm));
}

TEST_CASE("DeBERTa's distances have the rows of the reference's table", "[model]") {
  // What make_log_bucket_position gives for 256 buckets of distances up to 512.
  for (const auto& [distance, bucket] : {std::pair<std::int64_t, std::int64_t>{0, 0},
                                         {1, 1},
                                         {-128, -128},
                                         {129, 129},
                                         {130, 130},
                                         {140, 137},
                                         {200, 169},
                                         {-200, -169},
                                         {300, 207},
                                         {511, 255},
                                         {-511, -255}}) {
    INFO(distance);
    CHECK(log_bucket(distance, 256, 512) == bucket);
  }
  Disentangled kind;
  kind.span = 16;
  CHECK(position_row(kind, 0) == 16);
  CHECK(position_row(kind, -16) == 0);
  CHECK(position_row(kind, -17) == 0);
  CHECK(position_row(kind, 15) == 31);
  CHECK(position_row(kind, 40) == 31);
}

TEST_CASE("keys of DeBERTa that change the mathematics and are not computed are refused by name",
          "[model]") {
  const std::pair<Json, const char*> wrong[] = {
      {{{"pos_att_type", "c2p|p2p"}}, "pos_att_type"},
      {{{"talking_head", true}}, "talking_head"},
      {{{"norm_rel_ebd", "batch_norm"}}, "norm_rel_ebd"},
      {{{"embedding_size", 8}}, "embedding_size"},
      {{{"pooler_hidden_size", 8}}, "pooler_hidden_size"},
      {{{"conv_kernel_size", 4}}, "conv_kernel_size"},
      {{{"conv_kernel_size", 3}, {"conv_groups", 2}}, "conv_groups"},
      {{{"position_buckets", 2}}, "position_buckets"},
      {{{"pooler_hidden_act", "snake"}}, "pooler_hidden_act"}};
  for (const auto& one : wrong) {
    const TemporaryDirectory directory;
    write_checkpoint(directory, true, one.first);
    try {
      Model::open(directory.path());
      FAIL_CHECK(one.second << " was taken");
    } catch (const nlp::Error& error) {
      CHECK(error.kind() == nlp::Kind::model);
      CHECK(std::string(error.what()).find(one.second) != std::string::npos);
    }
  }
}
