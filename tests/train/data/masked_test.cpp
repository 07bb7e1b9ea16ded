#include "train/data/masked.hpp"

#include "support/catch.hpp"
#include "support/small_tokenizers.hpp"

using namespace nlp::train;
using nlp::mask::kIgnored;
using namespace small_tokenizers;

namespace {

Example example_of(const std::string& text) {
  const auto encoding = wordpiece().encode(text);
  Example example;
  example.ids = encoding.ids;
  example.type_ids = encoding.type_ids;
  example.special = encoding.special;
  example.words = encoding.words;
  return example;
}

}  // namespace

TEST_CASE("masking fills labels, and draws anew by the example's number", "[train]") {
  nlp::mask::Policy policy;
  policy.probability = 0.5;
  policy.seed = 3;
  const Masker mask(wordpiece(), policy);
  const Example plain =
      example_of("the trunkline sat on the mat and looked at the cat all day long");
  std::size_t different = 0;
  for (std::uint64_t number = 0; number < 20; ++number) {
    Example first = plain, again = plain, other = plain;
    mask(first, number);
    mask(again, number);
    mask(other, number + 1);
    CHECK(first.ids == again.ids);
    CHECK(first.labels == again.labels);
    different += first.labels != other.labels;
    REQUIRE(first.labels.size() == plain.ids.size());
    for (std::size_t t = 0; t < plain.ids.size(); ++t) {
      if (plain.special[t] != 0) CHECK(first.labels[t] == kIgnored);
      if (first.labels[t] == kIgnored)
        CHECK(first.ids[t] == plain.ids[t]);
      else
        CHECK(first.labels[t] == plain.ids[t]);
    }
  }
  CHECK(different == 20);
}

TEST_CASE("all pieces of a word are masked or none under the policy of words", "[train]") {
  nlp::mask::Policy policy;
  policy.unit = nlp::mask::Policy::Unit::word;
  policy.probability = 0.5;
  const Masker mask(wordpiece(), policy);
  std::size_t chosen = 0;
  for (std::uint64_t number = 0; number < 20; ++number) {
    Example example = example_of("the trunkline sat on the trunkline");
    mask(example, number);
    for (std::size_t t = 1; t < example.ids.size(); ++t) {
      chosen += example.labels[t] != kIgnored;
      if (example.words[t] == example.words[t - 1])
        CHECK((example.labels[t] == kIgnored) == (example.labels[t - 1] == kIgnored));
    }
  }
  CHECK(chosen > 20);
}

TEST_CASE("frequent tokens are chosen less often, by the root of their share", "[train]") {
  CHECK(subsampling({0.04, 0.01, 0.001, 0}, 0.01) == std::vector<double>{0.5, 1, 1, 1});

  nlp::mask::Policy policy;
  policy.probability = 0.5;
  policy.seed = 3;
  const Example plain = example_of("the cat sat on the mat and the day looked at the mat all day");
  const std::int32_t the = plain.ids[1];
  std::vector<double> chances(static_cast<std::size_t>(wordpiece().vocab_size()), 1);
  const Masker all(wordpiece(), policy), same(wordpiece(), policy, chances);
  chances[static_cast<std::size_t>(the)] = 0.25;
  const Masker fewer(wordpiece(), policy, chances);
  std::size_t chosen = 0;
  constexpr std::uint64_t kTimes = 500;
  for (std::uint64_t number = 0; number < kTimes; ++number) {
    Example first = plain, second = plain, third = plain;
    all(first, number);
    same(second, number);
    fewer(third, number);
    CHECK(second.labels == first.labels);
    for (std::size_t t = 0; t < plain.ids.size(); ++t) {
      if (plain.ids[t] == the)
        chosen += third.labels[t] != kIgnored;
      else
        CHECK(third.labels[t] == first.labels[t]);
    }
  }
  // Four times a text: 0.5 * 0.25 of 2000, give or take five standard deviations.
  CHECK(chosen > 176);
  CHECK(chosen < 324);
}
