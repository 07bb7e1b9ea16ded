// Every token of an encoding has exactly one row, whatever windows it was read in.
#include "task/inputs.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "support/golden.hpp"
#include "tokenizer/tokenizer.hpp"

using namespace nlp::task;
using nlp::model::Model;
using nlp::tokenizer::Encoding;
using nlp::tokenizer::Tokenizer;

namespace {
// [CLS] text [SEP] or [CLS] text [SEP] pair [SEP]; the ids count up.
Encoding encoding_of(int text, int pair = -1) {
  Encoding encoding;
  const auto add = [&](int sequence) {
    encoding.ids.push_back(static_cast<std::int32_t>(encoding.ids.size()));
    encoding.type_ids.push_back(sequence == 1);
    encoding.offsets.push_back({});
    encoding.words.push_back(sequence < 0 ? -1 : static_cast<std::int32_t>(encoding.ids.size()));
    encoding.sequence.push_back(static_cast<std::int8_t>(sequence));
    encoding.special.push_back(sequence < 0);
  };
  add(-1);
  for (int k = 0; k < text; ++k) add(0);
  add(-1);
  for (int k = 0; k < pair; ++k) add(1);
  if (pair >= 0) add(-1);
  return encoding;
}

FitOptions fit_of(Fit fit, std::int64_t overlap = -1) {
  FitOptions options;
  options.fit = fit;
  options.overlap = overlap;
  return options;
}
}  // namespace

TEST_CASE("the rows of all windows are each token of the encoding once", "[task]") {
  for (int text = 0; text <= 30; ++text)
    for (int pair = -1; pair <= 20; pair += 7)
      for (std::int64_t limit = 26; limit <= 60; limit += 17)
        for (const std::int64_t overlap : {-1, 0, 1}) {
          CAPTURE(text, pair, limit, overlap);
          Encoding encoding = encoding_of(text, pair);
          const Encoding before = encoding;
          const SplitInput input = split_input(encoding, limit, fit_of(Fit::window, overlap));
          REQUIRE(encoding.ids == before.ids);
          REQUIRE(input.rows == static_cast<std::int64_t>(before.size()));
          REQUIRE_FALSE(input.truncated);
          std::vector<int> taken(before.size(), 0);
          for (const InputPiece& piece : input.pieces) {
            REQUIRE(piece.size() <= limit);
            REQUIRE(piece.ids.front() == before.ids.front());
            REQUIRE(piece.ids.back() == before.ids.back());
            for (const RowRun& run : piece.runs)
              for (std::int64_t k = 0; k < run.count; ++k) {
                REQUIRE(piece.ids[run.src + k] == before.ids[run.dst + k]);
                REQUIRE(piece.type_ids[run.src + k] == before.type_ids[run.dst + k]);
                ++taken[run.dst + k];
              }
          }
          REQUIRE(taken == std::vector<int>(before.size(), 1));
        }
}

TEST_CASE("a text that is cut keeps its template", "[task]") {
  Encoding encoding = encoding_of(20);
  const SplitInput input = split_input(encoding, 10, fit_of(Fit::truncate));
  CHECK(input.truncated);
  CHECK(input.rows == 10);
  CHECK(encoding.ids == std::vector<std::int32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 21});
  CHECK(encoding.sequence.size() == 10);
  REQUIRE(input.pieces.size() == 1);
  CHECK(input.pieces[0].ids == encoding.ids);

  // Of a pair the longer text is cut.
  Encoding pair = encoding_of(3, 20);
  split_input(pair, 12, fit_of(Fit::truncate));
  CHECK(pair.ids == std::vector<std::int32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 25});
}

TEST_CASE("too long a text is refused with both lengths", "[task]") {
  Encoding encoding = encoding_of(20);
  try {
    split_input(encoding, 10, fit_of(Fit::error));
    FAIL("was taken");
  } catch (const nlp::Error& error) {
    CHECK(error.kind() == nlp::Kind::data);
    CHECK(std::string(error.what()).find("expected 10 tokens at most, got 22") !=
          std::string::npos);
  }
}

TEST_CASE("windows that leave no room or no step are refused", "[task]") {
  Encoding encoding = encoding_of(20), pair = encoding_of(12, 11);
  CHECK_THROWS_AS(split_input(encoding, 2, fit_of(Fit::window)), nlp::Error);
  CHECK_THROWS_AS(split_input(encoding, 10, fit_of(Fit::window, 8)), nlp::Error);
  CHECK_NOTHROW(split_input(encoding, 10, fit_of(Fit::window, 7)));
  // The text that stands in every window fills it.
  CHECK_THROWS_AS(split_input(pair, 14, fit_of(Fit::window)), nlp::Error);
  CHECK_THROWS_AS(split_input(pair, 15, fit_of(Fit::window), WindowedText::pair), nlp::Error);
}

TEST_CASE("texts of any length come out of the model row by row, alone or together", "[task]") {
  const Model model = Model::open(golden::model("bert-mlm"));
  const Tokenizer tokenizer = Tokenizer::open(golden::model("bert-mlm"));
  const auto workspace = model.workspace();
  std::vector<SplitInput> inputs;
  std::vector<std::size_t> sizes;
  std::string text = "the cat";
  for (int k = 0; k < 8; ++k, text += " sat on " + text) {
    auto encoding = tokenizer.encode(text);
    sizes.push_back(encoding.size());
    inputs.push_back(split_input(encoding, 32, fit_of(Fit::window)));
  }
  const auto rows_with = [&](std::int64_t batch_tokens) {
    std::vector<std::vector<float>> all;
    run_inputs(model, inputs, {}, batch_tokens, *workspace, [&](std::size_t k, TextRows& rows) {
      CHECK(k == all.size());
      CHECK(rows.last.rows() == static_cast<std::int64_t>(sizes[k]));
      all.emplace_back(rows.last.values().begin(), rows.last.values().end());
    });
    return all;
  };
  const auto packed = rows_with(4096), alone = rows_with(1);
  REQUIRE(packed.size() == inputs.size());
  CHECK(packed == alone);
}

TEST_CASE("--merge average: a token's row is the mean of those of windows computed apart",
          "[task]") {
  const Model model = Model::open(golden::model("bert-mlm"));
  const Tokenizer tokenizer = Tokenizer::open(golden::model("bert-mlm"));
  const auto workspace = model.workspace();
  std::string text = "the cat sat on the mat";
  for (int k = 0; k < 3; ++k) text += " , and " + text;
  for (const Merge merge : {Merge::widest, Merge::average}) {
    FitOptions options = fit_of(Fit::window, 9);
    options.merge = merge;
    auto encoding = tokenizer.encode(text);
    const SplitInput input = split_input(encoding, 16, options);
    REQUIRE(input.pieces.size() > 3);

    // Each window alone, its rows added up where they belong.
    std::vector<std::vector<double>> sums(encoding.size());
    std::vector<int> counts(encoding.size());
    for (const InputPiece& piece : input.pieces) {
      nlp::model::Batch batch;
      batch.add(piece.ids, piece.type_ids);
      nlp::model::Encoded encoded;
      model.encode(batch, {}, *workspace, encoded);
      for (std::int64_t k = 0; k < piece.size(); ++k) {
        const std::int64_t token = k - piece.row + piece.window.first;  // of the text
        const bool head = k < piece.row, tail = token >= piece.window.last;
        const bool own = token >= piece.window.own_first && token < piece.window.own_last;
        if (head   ? piece.window.first > 0
            : tail ? &piece != &input.pieces.back()
                   : merge == Merge::widest && !own)
          continue;
        const auto place = static_cast<std::size_t>(head ? k : token + piece.row);
        sums[place].resize(encoded.last.row(k).size());
        for (std::size_t h = 0; h < sums[place].size(); ++h)
          sums[place][h] += double{encoded.last.row(k)[h]};
        ++counts[place];
      }
    }
    if (merge == Merge::average) CHECK(*std::ranges::max_element(counts) >= 2);

    std::size_t seen = 0;
    stream_rows(
        model, {&input, 1}, 1, *workspace,
        [&](std::size_t, std::int64_t t, std::span<const float> row) {
          REQUIRE(t == static_cast<std::int64_t>(seen++));  // in order
          const auto place = static_cast<std::size_t>(t);
          for (std::size_t h = 0; h < row.size(); ++h)
            REQUIRE(double{row[h]} == Approx(sums[place][h] / counts[place]).margin(1e-5));
        },
        [](std::size_t) {});
    CHECK(seen == encoding.size());
    run_inputs(model, {&input, 1}, {}, 4096, *workspace, [&](std::size_t, TextRows& rows) {
      CHECK(rows.last.rows() == input.rows);
      for (std::size_t h = 0; h < sums[7].size(); ++h)
        CHECK(double{rows.last.row(7)[h]} == Approx(sums[7][h] / counts[7]).margin(1e-5));
    });
  }
}
