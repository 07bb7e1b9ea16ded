#include "task/windows.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

using namespace nlp::task;

TEST_CASE("windows own each token once, where it has most context", "[task]") {
  for (std::int64_t size = 1; size <= 9; ++size) {
    for (std::int64_t overlap = 0; overlap < size; ++overlap) {
      for (std::int64_t tokens = 0; tokens <= 40; ++tokens) {
        CAPTURE(size, overlap, tokens);
        const auto windows = overlapping_windows(tokens, size, overlap);
        const auto context = [&](const Window& window, std::int64_t token) {
          return std::min(token - window.first, window.last - 1 - token);
        };
        std::int64_t next = 0;
        bool sound = windows.back().last == tokens;
        for (const Window& window : windows) {
          sound = sound && window.own_first == next && window.first <= window.own_first &&
                  window.own_last <= window.last && window.last - window.first <= size;
          next = window.own_last;
          for (std::int64_t token = window.own_first; token < window.own_last; ++token) {
            for (const Window& other : windows) {
              if (other.first <= token && token < other.last) {
                sound = sound && context(other, token) <= context(window, token);
              }
            }
          }
        }
        REQUIRE(sound);
        REQUIRE(next == tokens);
      }
    }
  }
}

TEST_CASE("the model and its tokenizer bound a window; what cannot be is refused", "[task]") {
  const auto model = nlp::model::Model::open(golden::model("bert-ner"));
  const auto tokenizer = nlp::tokenizer::Tokenizer::open(golden::model("bert-ner"));
  const auto make = [&](Fit fit, std::int64_t window, std::int64_t overlap) {
    FitOptions options;
    options.fit = fit;
    options.window = window;
    options.overlap = overlap;
    return Fitter(model, tokenizer, options);
  };
  // 80 positions, but the tokenizer says 64, and two tokens are the template's.
  CHECK(make(Fit::error, 0, -1).capacity() == 62);
  CHECK(make(Fit::window, 10, 7).windows(20).size() == 13);
  CHECK(make(Fit::window, 10, -1).windows(20).size() == 4);
  CHECK(make(Fit::truncate, 10, -1).windows(20) == std::vector<Window>{{0, 8, 0, 8}});
  CHECK_THROWS_AS(make(Fit::error, 10, -1).windows(9), nlp::Error);
  CHECK(make(Fit::error, 10, -1).windows(8).size() == 1);
  CHECK_THROWS_AS(make(Fit::window, 65, -1), nlp::Error);
  CHECK_THROWS_AS(make(Fit::window, 2, -1), nlp::Error);
  CHECK_THROWS_AS(make(Fit::window, 10, 8), nlp::Error);
}

TEST_CASE("a window of tokens gets its template, and tells where its rows are", "[task]") {
  const auto tokenizer = nlp::tokenizer::Tokenizer::open(golden::model("bert-mlm"));
  const auto tokens = tokenizer.tokenize("the cat sat on the mat");
  nlp::model::Batch batch;
  CHECK(add_window(tokenizer, tokens, {0, 2, 0, 2}, batch) == 1);
  const std::int64_t row = add_window(tokenizer, tokens, {2, 5, 2, 5}, batch);
  CHECK(row == 5);
  for (std::int64_t t = 2; t < 5; ++t) {
    CHECK(batch.ids[static_cast<std::size_t>(row + t - 2)] ==
          tokens.ids[static_cast<std::size_t>(t)]);
  }
  CHECK(batch.ids[4] == *tokenizer.id_of("[CLS]"));
  CHECK(batch.ids.back() == *tokenizer.id_of("[SEP]"));
}
