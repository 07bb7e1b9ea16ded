#include "cli/example_records.hpp"

#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/cli.hpp"
#include "mask/tokens.hpp"
#include "support/program.hpp"
#include "support/small_tokenizers.hpp"

using namespace nlp;
using small_tokenizers::wordpiece;
using train::Example;

namespace {

std::vector<Example> examples_of(const std::string& bytes) {
  const TemporaryDirectory folder;
  cli::App app("train-test");
  cli::InputOptions input(app, {.stages = true});
  input.read_ids();
  input.files = {folder.write("records", bytes).string()};
  cli::ExampleRecords records(input, wordpiece());
  std::vector<Example> found;
  for (Example example; records.next(example);) found.push_back(example);
  return found;
}

std::string of_bert(program::Arguments arguments, const std::string& input) {
  arguments.insert(arguments.begin() + 1, {"-m", program::model("bert-mlm")});
  const auto ended = program::run(arguments, input);
  INFO(ended.err);
  REQUIRE(ended.exit == 0);
  return ended.out;
}

}  // namespace

TEST_CASE("what tokenize and mask write are examples to learn from", "[cli]") {
  const std::string text = "the trunkline sat\nhello there\n";
  const auto plain = examples_of(of_bert({"tokenize", "--json"}, text));
  REQUIRE(plain.size() == 2);
  const auto encoding = wordpiece().encode("the trunkline sat");
  CHECK(plain[0].ids == encoding.ids);
  CHECK(plain[0].type_ids == encoding.type_ids);
  CHECK(plain[0].special == encoding.special);
  CHECK(plain[0].labels.empty());
  for (std::size_t t = 1; t < encoding.size(); ++t) {
    CHECK((plain[0].words[t] == plain[0].words[t - 1]) ==
          (encoding.words[t] == encoding.words[t - 1]));
    CHECK((plain[0].words[t] == -1) == (encoding.special[t] == 1));
  }
  for (const char* wire : {"json", "cbor"}) {
    const auto masked =
        examples_of(of_bert({"mask", "--probability", "0.5", "--seed", "2", "--wire", wire}, text));
    REQUIRE(masked.size() == 2);
    int hidden = 0;
    for (std::size_t k = 0; k < masked.size(); ++k)
      for (std::size_t t = 0; t < masked[k].ids.size(); ++t) {
        const bool kept = masked[k].labels[t] == mask::kIgnored;
        hidden += !kept;
        CHECK((kept ? masked[k].ids[t] : masked[k].labels[t]) == plain[k].ids[t]);
      }
    CHECK(hidden > 2);
  }
}

TEST_CASE("a record that is no example is refused with its line", "[cli]") {
  const auto refused = [](const std::string& line, const std::string& what) {
    const std::string good = R"({"ids": [2, 5, 3]})";
    CHECK_THROWS_WITH(examples_of(good + "\n" + line + "\n"), ContainsSubstring("records:2: "));
    CHECK_THROWS_WITH(examples_of(good + "\n" + line + "\n"), ContainsSubstring(what));
  };
  refused(R"({"ids": [2, 5, 3], "labels": [-100]})", "as many values as `ids`, 3, got 1");
  refused(R"({"ids": [2, 5, 3], "labels": [-100, 700, -100]})", "less than 700, got 700");
  refused(R"({"ids": [2, 700, 3]})", "expected 0 to 699");
  refused(R"({"text": "no ids"})", "no field `ids`");
}
