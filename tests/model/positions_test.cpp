#include <cmath>

#include "base/error.hpp"
#include "checkpoint/checkpoint.hpp"
#include "model/config.hpp"
#include "model/position_table.hpp"
#include "model/sinusoids.hpp"
#include "support/golden.hpp"

using namespace nlp::model;

TEST_CASE("sinusoidal positions are those of the paper", "[model]") {
  const auto table = sinusoidal_positions(100, 64);
  REQUIRE(table.shape() == nlp::tensor::Shape{100, 64});
  for (std::size_t k = 0; k < 64; ++k) CHECK(table.row(0)[k] == (k % 2 == 0 ? 0 : 1));
  const auto near = [&](std::int64_t position, std::size_t dimension, double value) {
    INFO(position << " " << dimension);
    CHECK(table.row(position)[dimension] == Approx(value).margin(1e-7));
  };
  near(1, 0, 0.8414709848);    // sin 1
  near(1, 1, 0.5403023059);    // cos 1
  near(7, 32, 0.0699428473);   // sin(7 / 100)
  near(50, 20, 0.3239352036);  // sin(50 / 10000^(20/64)), 10000^(20/64) = 17.78279410
  near(50, 21, -0.9460792693);
  near(99, 62, 0.0132014787);  // sin(99 / 10000^(62/64)), 10000^(62/64) = 7498.942093
  near(99, 63, 0.9999128567);
}

TEST_CASE("an odd width ends with a sine", "[model]") {
  const auto table = sinusoidal_positions(2, 3);
  CHECK(table.row(1)[2] == Approx(std::sin(1 / std::pow(10000.0, 2.0 / 3))));
}

TEST_CASE("a checkpoint's table of positions is that of its file, from the first token on",
          "[model]") {
  for (const char* name : {"bert-mlm", "roberta-mlm", "albert-mlm"}) {
    INFO(name);
    const auto directory = golden::model(name);
    const Config config = read_config(directory);
    const auto table = position_table(directory);
    CHECK(table.shape() == nlp::tensor::Shape{config.max_tokens, config.embedding_size});
    const auto checkpoint = nlp::checkpoint::Checkpoint::open(directory);
    bool found = false;
    for (const auto key : checkpoint.names()) {
      if (!key.ends_with("embeddings.position_embeddings.weight")) continue;
      found = true;
      std::vector<float> row(static_cast<std::size_t>(config.embedding_size));
      nlp::tensor::to_f32(*checkpoint.find(key),
                          (config.first_position + 3) * config.embedding_size, row);
      CHECK(std::equal(row.begin(), row.end(), table.row(3).begin()));
    }
    CHECK(found);
  }
}

TEST_CASE("positions that a family computes are told, and that it has none", "[model]") {
  const auto table = position_table(golden::model("marian"));
  // The first half of a row are the sines.
  CHECK(table.row(1)[0] == Approx(std::sin(1.0)));
  CHECK(table.row(1)[table.row(1).size() / 2] == Approx(std::cos(1.0)));
  for (const char* name : {"modernbert-mlm", "t5", "reformer-mlm"}) {
    INFO(name);
    CHECK_THROWS_WITH(position_table(golden::model(name)),
                      ContainsSubstring("no table of positions"));
  }
}
