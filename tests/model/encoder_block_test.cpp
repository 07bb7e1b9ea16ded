// A block that stands alone, against the naive one and against PyTorch.
#include "model/encoder_block.hpp"

#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/npz_reader.hpp"
#include "reference/encoder_block.hpp"
#include "support/catch.hpp"
#include "support/paths.hpp"
#include "support/program.hpp"
#include "tensor/npy_tensor.hpp"

namespace model = nlp::model;
namespace dnn = nlp::dnn;
using nlp::tensor::Tensor;

namespace {

constexpr std::int64_t kTexts = 3, kTokens = 5, kHidden = 12, kHeads = 3, kInner = 20;

double largest_difference(std::span<const float> got, std::span<const double> wanted) {
  REQUIRE(got.size() == wanted.size());
  double most = 0;
  for (std::size_t k = 0; k < got.size(); ++k) most = std::max(most, std::abs(got[k] - wanted[k]));
  return most;
}

Tensor copy(const Tensor& src) {
  Tensor dst(src.shape());
  std::ranges::copy(src.values(), dst.data());
  return dst;
}

// The block's rows of kTexts texts of kTokens.
Tensor run(const nlp::tensor::NamedTensors& weights, const model::EncoderBlockOptions& options,
           const Tensor& rows, bool sequence_first, const float* key_scores, int threads = 1,
           float* probabilities = nullptr) {
  const dnn::Device device;
  const model::EncoderBlock block(device, weights, options);
  model::SelfAttention::Call call;
  call.sequences = {.texts = kTexts, .tokens = kTokens, .sequence_first = sequence_first};
  if (key_scores) {
    call.scores = dnn::AddedScores{.values = key_scores};
    call.scores_step = kTokens;
  }
  call.probabilities = probabilities;
  Tensor dst = copy(rows);
  dnn::Workspace workspace(device, threads);
  block.forward(call, {dst.data(), kTexts * kTokens, kHidden, kHidden}, workspace);
  return dst;
}

std::string message(const nlp::tensor::NamedTensors& weights, std::int64_t heads) {
  const dnn::Device device;
  try {
    model::EncoderBlock(device, weights, {.heads = heads});
  } catch (const nlp::Error& error) {
    CHECK(error.kind() == nlp::Kind::model);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("an encoder block computes what the naive one does, in every variant", "[model]") {
  const auto weights = reference::block_weights(kHidden, kInner, 1);
  const Tensor rows = reference::random({kTexts * kTokens, kHidden}, 50);
  const std::vector<std::vector<int>> hidden = {{0, 0, 0, 0, 0}, {0, 1, 0, 1, 0}, {1, 0, 0, 1, 1}};
  std::vector<float> scores;
  for (const auto& text : hidden)
    for (const int flag : text)
      scores.push_back(flag ? -std::numeric_limits<float>::infinity() : 0.0f);
  for (const bool pre_norm : {false, true})
    for (const bool uses_gelu : {false, true}) {
      const model::EncoderBlockOptions options{
          .heads = kHeads,
          .pre_norm = pre_norm,
          .activation = uses_gelu ? dnn::Activation::gelu_erf : dnn::Activation::relu};
      reference::Values wanted;
      for (std::int64_t b = 0; b < kTexts; ++b) {
        Tensor text({kTokens, kHidden});
        std::copy_n(rows.row(b * kTokens).data(), text.size(), text.data());
        for (const double value : reference::encoder_block(
                 weights, text, kHeads, pre_norm, uses_gelu ? reference::gelu : reference::relu,
                 hidden[static_cast<std::size_t>(b)]))
          wanted.push_back(value);
      }
      const Tensor got = run(weights, options, rows, false, scores.data());
      INFO(pre_norm << uses_gelu);
      CHECK(largest_difference(got.values(), wanted) < 1e-5);

      Tensor turned(rows.shape());
      const auto turn = [](const Tensor& src, Tensor& dst, bool back) {
        for (std::int64_t b = 0; b < kTexts; ++b)
          for (std::int64_t t = 0; t < kTokens; ++t)
            std::ranges::copy(src.row(back ? t * kTexts + b : b * kTokens + t),
                              dst.row(back ? b * kTokens + t : t * kTexts + b).data());
      };
      turn(rows, turned, false);
      const Tensor first = run(weights, options, turned, true, scores.data());
      Tensor turned_back(rows.shape());
      turn(first, turned_back, true);
      CHECK(std::ranges::equal(turned_back.values(), got.values()));
    }
}

TEST_CASE("an encoder block computes what PyTorch's does", "[model]") {
  const std::string bytes = program::read(paths::data("layers/golden.npz"));
  const auto arrays = nlp::read_npz(std::as_bytes(std::span(bytes)), "golden");
  nlp::tensor::NamedTensors weights;
  for (const auto& [name, array] : arrays)
    if (const std::string before = "weights."; name.starts_with(before))
      weights.emplace(name.substr(before.size()), nlp::tensor::from_npy(array.array, name));
  const auto golden = [&](const char* name) {
    return nlp::tensor::from_npy(arrays.at(name).array, name);
  };
  std::vector<float> scores;
  for (const auto flag : nlp::tensor::flags_from_npy(arrays.at("mask").array, "mask"))
    scores.push_back(flag ? -std::numeric_limits<float>::infinity() : 0.0f);
  const dnn::Device device;
  dnn::Workspace workspace(device, 1);
  for (const bool pre_norm : {false, true}) {
    const model::EncoderBlock block(
        device, weights,
        {.heads = 2, .pre_norm = pre_norm, .activation = dnn::Activation::gelu_erf});
    Tensor rows = golden("rows");
    model::SelfAttention::Call call;
    call.sequences = {.texts = 2, .tokens = 3};
    call.scores = dnn::AddedScores{.values = scores.data()};
    call.scores_step = 3;
    block.forward(call, {rows.data(), 6, 8, 8}, workspace);
    const Tensor wanted = golden(pre_norm ? "pre" : "post");
    CHECK(largest_difference(rows.values(), reference::Values(wanted.values().begin(),
                                                              wanted.values().end())) < 1e-5);
  }
}

TEST_CASE("a block's text has the same bytes whatever its neighbours and threads", "[model]") {
  const auto weights = reference::block_weights(kHidden, kInner, 2);
  const Tensor rows = reference::random({kTexts * kTokens, kHidden}, 51);
  const Tensor one = run(weights, {.heads = kHeads}, rows, false, nullptr, 1);
  const Tensor four = run(weights, {.heads = kHeads}, rows, false, nullptr, 4);
  CHECK(std::ranges::equal(one.values(), four.values()));
  Tensor others = copy(rows);
  for (float& value : others.row(0)) value += 1;  // of the first text
  const Tensor changed = run(weights, {.heads = kHeads}, others, false, nullptr);
  CHECK(std::ranges::equal(changed.row(kTokens), one.row(kTokens)));
  CHECK_FALSE(std::ranges::equal(changed.row(0), one.row(0)));
}

TEST_CASE("the attention of a block sums to 1 for each token, 0 for hidden ones", "[model]") {
  const auto weights = reference::block_weights(kHidden, kInner, 3);
  const Tensor rows = reference::random({kTexts * kTokens, kHidden}, 52);
  std::vector<float> scores(kTexts * kTokens, 0.0f);
  scores[1] = -std::numeric_limits<float>::infinity();
  Tensor shares({kTexts, kHeads, kTokens, kTokens});
  run(weights, {.heads = kHeads}, rows, false, scores.data(), 1, shares.data());
  for (std::int64_t n = 0; n < kTexts * kHeads * kTokens; ++n) {
    double sum = 0;
    for (std::int64_t k = 0; k < kTokens; ++k) sum += double{shares.data()[n * kTokens + k]};
    CHECK(sum == Approx(1).margin(1e-6));
    if (n < kHeads * kTokens) CHECK(shares.data()[n * kTokens + 1] == 0);
  }
}

TEST_CASE("biases of a block may be absent", "[model]") {
  auto weights = reference::block_weights(kHidden, kInner, 4);
  auto zeros = reference::block_weights(kHidden, kInner, 4);
  for (const char* name : {"self_attn.in_proj_bias", "linear2.bias", "norm1.bias"}) {
    weights.erase(name);
    std::ranges::fill(zeros.at(name).values(), 0.0f);
  }
  const Tensor rows = reference::random({kTexts * kTokens, kHidden}, 53);
  const Tensor without = run(weights, {.heads = kHeads}, rows, false, nullptr);
  const Tensor with = run(zeros, {.heads = kHeads}, rows, false, nullptr);
  for (std::int64_t k = 0; k < with.size(); ++k)
    CHECK(without.data()[k] == Approx(with.data()[k]).margin(1e-6));
}

TEST_CASE("weights that are no block's are refused by name", "[model]") {
  const auto fresh = [] { return reference::block_weights(kHidden, kInner, 5); };
  auto weights = fresh();
  CHECK(message(weights, 5).find("a width of 12 cannot be shared by 5 heads") != std::string::npos);
  weights.erase("linear1.weight");
  CHECK(message(weights, 3).find("no weights linear1.weight; there are: linear1.bias, ") == 0);
  weights = fresh();
  weights["norm2.weight"] = reference::random({kHidden + 1}, 1);
  CHECK(message(weights, 3) == "norm2.weight: wrong shape (expected [12], got [13])");
  weights = fresh();
  weights["linear1.bais"] = reference::random({kInner}, 1);
  CHECK(message(weights, 3).find("linear1.bais: weights that are not used") == 0);
  weights = fresh();
  weights.erase("self_attn.out_proj.weight");
  weights.erase("self_attn.out_proj.bias");
  CHECK(message(weights, 3).find("no weights self_attn.out_proj.weight") == 0);
}
