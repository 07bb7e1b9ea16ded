// Batches: their order, their size, and going on with them.
#include <algorithm>
#include <numeric>
#include <set>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/small_tokenizers.hpp"
#include "support/temporary_directory.hpp"
#include "train/example_batches.hpp"
#include "train/masked_batches.hpp"

using namespace nlp::train;
using nlp::Json;

namespace {

// Examples of 1 to 9 tokens, whose first id is their number.
std::vector<Example> numbered(std::size_t count) {
  std::vector<Example> examples(count);
  for (std::size_t k = 0; k < count; ++k) {
    examples[k].ids.assign(1 + k * 5 % 9, 7);
    examples[k].ids[0] = static_cast<std::int32_t>(k);
  }
  return examples;
}

using Numbers = std::vector<std::int32_t>;

Numbers numbers_of(const std::vector<Example>& batch) {
  Numbers numbers;
  for (const Example& example : batch) numbers.push_back(example.ids[0]);
  return numbers;
}

std::int64_t tokens_of(const std::vector<Example>& batch) {
  std::int64_t count = 0;
  for (const Example& example : batch) count += static_cast<std::int64_t>(example.ids.size());
  return count;
}

// All numbers of an epoch, in their order.
Numbers epoch_of(ExampleBatches& batches) {
  Numbers all;
  const double last = std::floor(batches.epochs() + 1e-9) + 1;
  std::vector<Example> batch;
  while (batches.epochs() < last - 1e-9) {
    REQUIRE(batches.next(batch));
    for (const std::int32_t number : numbers_of(batch)) all.push_back(number);
  }
  return all;
}

Numbers counted(std::size_t count) {
  Numbers numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

Numbers sorted(Numbers numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

// Goes on from each place of a run, and must give what the run gave.
template <class Make>
void check_seek(const Make& make) {
  constexpr int kBatches = 12;
  std::vector<Json> positions;
  std::vector<std::vector<Example>> given;
  const auto first = make();
  for (int k = 0; k < kBatches; ++k) {
    positions.push_back(Json::parse(first->position().dump()));  // as a file keeps it
    REQUIRE(first->next(given.emplace_back()));
  }
  for (int from = 0; from < kBatches; ++from) {
    const auto second = make();
    second->seek(positions[static_cast<std::size_t>(from)]);
    std::vector<Example> batch;
    for (int k = from; k < kBatches; ++k) {
      REQUIRE(second->next(batch));
      const auto& expected = given[static_cast<std::size_t>(k)];
      REQUIRE(batch.size() == expected.size());
      for (std::size_t b = 0; b < batch.size(); ++b) {
        REQUIRE(batch[b].ids == expected[b].ids);
        REQUIRE(batch[b].labels == expected[b].labels);
      }
    }
  }
}

}  // namespace

TEST_CASE("an epoch has each example once, in an order of its own and the seed's", "[train]") {
  const auto examples = numbered(50);
  ExampleBatchesOptions options;
  options.batch_tokens = 20;
  options.seed = 1;
  ExampleBatches batches(examples, options), again(examples, options);
  const Numbers first = epoch_of(batches), second = epoch_of(batches);
  CHECK(sorted(first) == counted(50));
  CHECK(sorted(second) == counted(50));
  CHECK(first != counted(50));
  CHECK(first != second);
  CHECK(epoch_of(again) == first);
  options.seed = 2;
  ExampleBatches other(examples, options);
  CHECK(epoch_of(other) != first);
  options.shuffle = false;
  ExampleBatches plain(examples, options);
  CHECK(epoch_of(plain) == counted(50));
}

TEST_CASE("a batch has as many examples as fit, and one at least", "[train]") {
  const auto examples = numbered(40);
  for (const std::int64_t most : {1, 5, 20, 10000}) {
    ExampleBatchesOptions options;
    options.batch_tokens = most;
    options.epochs = 2;
    ExampleBatches batches(examples, options);
    std::vector<Example> batch, before;
    std::size_t count = 0;
    while (batches.next(batch)) {
      count += batch.size();
      REQUIRE(!batch.empty());
      const bool fits = tokens_of(batch) <= most || batch.size() == 1;
      CHECK(fits);
      // What came first had no room in the batch before it, unless an epoch ended there.
      const bool was_full =
          before.empty() || (count - batch.size()) % 40 == 0 ||
          tokens_of(before) + static_cast<std::int64_t>(batch[0].ids.size()) > most;
      CHECK(was_full);
      before = batch;
    }
    CHECK(count == 80);
    CHECK(batches.epochs() == Approx(2));
  }
}

TEST_CASE("examples that belong together stay beside each other", "[train]") {
  const auto examples = numbered(41);  // the last one has no other
  ExampleBatchesOptions options;
  options.batch_tokens = 16;
  options.together = 2;
  ExampleBatches batches(examples, options);
  std::vector<Example> batch;
  std::set<std::int32_t> seen;
  while (batches.epochs() < 1) {
    REQUIRE(batches.next(batch));
    REQUIRE(batch.size() % 2 == 0);
    for (std::size_t k = 0; k < batch.size(); k += 2) {
      CHECK(batch[k].ids[0] % 2 == 0);
      CHECK(batch[k + 1].ids[0] == batch[k].ids[0] + 1);
      seen.insert(batch[k].ids[0]);
    }
  }
  CHECK(seen.size() == 20);
}

TEST_CASE("examples go on from each place of a run, and from no place that is none", "[train]") {
  const auto examples = numbered(23);
  ExampleBatchesOptions options;
  options.batch_tokens = 18;
  options.seed = 4;
  check_seek([&] { return std::make_unique<ExampleBatches>(examples, options); });
  ExampleBatches batches(examples, options);
  for (const char* const position :
       {R"({})", R"({"epoch": 1})", R"({"epoch": 0, "index": 24})", R"({"epoch": "x", "index": 1})",
        R"({"epoch": -1, "index": 0})", R"({"epoch": 1, "index": null})", R"([1])"}) {
    INFO(position);
    CHECK_THROWS_AS(batches.seek(Json::parse(position)), nlp::Error);
  }
  CHECK_THROWS_AS(ExampleBatches({}, options), nlp::Error);
}

TEST_CASE("a stream's examples come once, in their order, as many as fit", "[train]") {
  const auto examples = numbered(31);
  const auto make = [&](std::int64_t tokens) {
    auto place = std::make_shared<std::size_t>(0);
    return std::make_unique<StreamBatches>(
        [&examples, place](Example& example) {
          if (*place == examples.size()) return false;
          example = examples[(*place)++];
          return true;
        },
        tokens);
  };
  for (const std::int64_t most : {1, 9, 25, 10000}) {
    const auto batches = make(most);
    Numbers all;
    std::vector<Example> batch;
    while (batches->next(batch)) {
      const bool fits = tokens_of(batch) <= most || batch.size() == 1;
      CHECK(fits);
      for (const std::int32_t number : numbers_of(batch)) all.push_back(number);
    }
    CHECK(all == counted(31));
    CHECK(batches->epochs() == 1);
    CHECK(!batches->next(batch));
  }
  check_seek([&] { return make(11); });
  CHECK_THROWS_AS(make(9)->seek({{"examples", 32}}), nlp::Error);
  CHECK_THROWS_AS(make(9)->seek({{"examples", -1}}), nlp::Error);
  CHECK_THROWS_AS(make(9)->seek(Json::object()), nlp::Error);
}

TEST_CASE("batches of a corpus fit, are masked anew in each epoch, and go on from each place",
          "[train]") {
  const TemporaryDirectory folder;
  std::string text;
  for (int k = 0; k < 40; ++k)
    text += "the sun number " + std::to_string(k) + " is bright and the day is long .\n";
  CorpusOptions options;
  options.files = {folder.write("a.txt", text)};
  options.max_tokens = 24;
  options.seed = 9;
  options.line_by_line = true;
  const auto& tokenizer = small_tokenizers::wordpiece();
  nlp::mask::Policy policy;
  policy.probability = 0.3;
  const Masker masker(tokenizer, policy);
  struct Whole : Batches {
    Whole(const CorpusOptions& options, const Masker& masker)
        : corpus(small_tokenizers::wordpiece(), options), batches(corpus, masker, 100, 24) {}
    bool next(std::vector<Example>& batch) override { return batches.next(batch); }
    double epochs() const override { return batches.epochs(); }
    Json position() const override { return batches.position(); }
    void seek(const Json& position) override { batches.seek(position); }
    Corpus corpus;
    CorpusBatches batches;
  };
  const auto make = [&] { return std::make_unique<Whole>(options, masker); };
  check_seek(make);
  const auto batches = make();
  std::vector<Example> batch;
  // What stands under masks, and where they are, by epoch.
  std::map<std::vector<std::int32_t>, std::set<std::vector<std::int32_t>>> labels;
  while (batches->epochs() < 3) {
    REQUIRE(batches->next(batch));
    CHECK(tokens_of(batch) <= 100);
    for (const Example& example : batch) {
      REQUIRE(example.ids.size() <= 24);
      REQUIRE(example.labels.size() == example.ids.size());
      std::vector<std::int32_t> plain = example.ids;
      for (std::size_t t = 0; t < plain.size(); ++t)
        if (example.labels[t] >= 0) plain[t] = example.labels[t];
      labels[plain].insert(example.labels);
    }
  }
  std::size_t unlike = 0;
  for (const auto& one : labels) unlike += one.second.size() > 1;
  CHECK(labels.size() >= 30);
  CHECK(unlike * 10 >= labels.size() * 9);
  CHECK_THROWS_AS(make()->seek(Json::object()), nlp::Error);
}
