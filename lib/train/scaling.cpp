#include "train/scaling.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <fstream>

#include "base/error.hpp"
#include "dnn/device.hpp"
#include "model/model.hpp"
#include "train/new_model.hpp"
#include "train/trained_model.hpp"

namespace nlp::train {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kHead = 64, kVocabulary = 1024, kFeedForward = 4;

// A checkpoint of random numbers, opened.
model::Model open_random(const fs::path& directory, const EncoderSize& size, std::int64_t length) {
  const std::int64_t heads = std::max<std::int64_t>(1, size.hidden_size / kHead);
  Json config = bert_config({.layers = size.layers,
                             .hidden_size = size.hidden_size,
                             .heads = heads,
                             .intermediate_size = kFeedForward * size.hidden_size,
                             .positions = length});
  config["vocab_size"] = kVocabulary;
  std::ofstream out(directory / "config.json", std::ios::binary);
  out << config.dump();
  out.close();
  if (!out) throw Error(Kind::io, (directory / "config.json").string() + ": cannot be written");
  TrainedModel({.source = directory, .fresh = true, .head = {}, .labels = {}, .problem = {}})
      .write(directory);
  return model::Model::open(directory);
}

}  // namespace

std::int64_t layer_parameters(const EncoderSize& size) {
  const std::int64_t hidden = size.hidden_size;
  // Query, key, value and output; two layers of the feed-forward; two norms.
  const std::int64_t attention = 4 * (hidden * hidden + hidden),
                     feed_forward =
                         2 * kFeedForward * hidden * hidden + (kFeedForward + 1) * hidden,
                     norms = 2 * 2 * hidden;
  return size.layers * (attention + feed_forward + norms);
}

double hypothetical_seconds(std::int64_t parameters, double rate) {
  return 2 * static_cast<double>(parameters) / rate;
}

double power_law_exponent(std::span<const double> x, std::span<const double> y) {
  const auto count = static_cast<double>(x.size());
  double mean_x = 0, mean_y = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    mean_x += std::log(x[k]) / count;
    mean_y += std::log(y[k]) / count;
  }
  double product = 0, square = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double from_mean = std::log(x[k]) - mean_x;
    product += from_mean * (std::log(y[k]) - mean_y);
    square += from_mean * from_mean;
  }
  return product / square;
}

Scaling measure_scaling(const fs::path& directory, const ScalingOptions& options) {
  const dnn::Device device;
  dnn::MatmulLimit limit(device, dnn::ComputeType::f32, options.threads);
  std::deque<model::Model> models;
  std::deque<task::BatchRun> runs;
  std::vector<task::Work> works = {{[&](std::int64_t rounds) {
    for (std::int64_t k = 0; k < rounds; ++k) limit.run();
  }}};
  for (const EncoderSize& size : options.sizes) {
    const fs::path place = directory / "model";
    fs::create_directories(place);
    models.push_back(open_random(place, size, options.length));
    fs::remove_all(place);
    runs.emplace_back(models.back(),
                      task::uniform_batches(models.back().config(), options.texts, options.length,
                                            options.batch_tokens),
                      options.threads);
    task::BatchRun& run = runs.back();
    works.push_back({[&run](std::int64_t rounds) { run(rounds); }, run.step()});
  }
  const auto timings = task::measure(works, options.measure);
  Scaling made{dnn::MatmulLimit::kOperations / timings.front().best, {}};
  for (std::size_t k = 0; k < options.sizes.size(); ++k) {
    const std::int64_t parameters = layer_parameters(options.sizes[k]);
    made.points.push_back({options.sizes[k], parameters,
                           timings[k + 1].best / static_cast<double>(runs[k].tokens()),
                           hypothetical_seconds(parameters, made.limit_rate)});
  }
  return made;
}

}  // namespace nlp::train
