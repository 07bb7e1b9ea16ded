#include "train/data/corpus.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/small_tokenizers.hpp"
#include "support/temporary_directory.hpp"

using namespace nlp::train;
using namespace small_tokenizers;
using nlp::tokenizer::Tokenizer;

namespace {

// Lines of 1 to 12 words, each word of the text another one; a blank line after each ninth.
std::string numbered_text(int lines) {
  std::string text;
  int word = 0;
  for (int line = 0; line < lines; ++line) {
    for (int k = 0; k <= line * 7 % 12; ++k) text += (k ? " w" : "w") + std::to_string(word++);
    text += line % 9 == 8 ? "\n\n" : "\n";
  }
  return text;
}

std::string packed_text(const std::string& text) {
  std::string packed;
  for (const char byte : text)
    if (byte != ' ' && byte != '\n') packed += byte;
  return packed;
}

struct Files : TemporaryDirectory {
  Files() {
    write("a.txt", numbered_text(300));
    write("b.txt", "one line\r\nand another\r\n\r\nthe last without newline");
    write("c.txt", "");
  }
  CorpusOptions options() const {
    CorpusOptions options;
    options.files = {path() / "a.txt", path() / "b.txt", path() / "c.txt"};
    options.max_tokens = 24;
    options.seed = 7;
    options.chunk_bytes = 512;
    options.pool_bytes = 3000;
    options.epochs = 1;
    return options;
  }
};

std::vector<std::vector<std::int32_t>> all(const Tokenizer& tokenizer,
                                           const CorpusOptions& options) {
  Corpus corpus(tokenizer, options);
  std::vector<std::vector<std::int32_t>> sequences;
  for (Example example; corpus.next(example);) sequences.push_back(example.ids);
  return sequences;
}

}  // namespace

TEST_CASE("an epoch of a corpus has each part of its text once, in order where nothing is shuffled",
          "[train]") {
  const Files files;
  CorpusOptions options = files.options();
  const std::string expected =
      packed_text(numbered_text(300) + "one line and another the last without newline");
  for (const bool by_line : {false, true}) {
    options.line_by_line = by_line;
    options.shuffle = false;
    std::string text;
    const auto in_order = all(byte_level(), options);
    for (const auto& ids : in_order) text += packed_text(byte_level().decode(ids));
    CHECK(text == expected);

    options.shuffle = true;
    auto shuffled = all(byte_level(), options), sorted = in_order;
    CHECK(shuffled != sorted);
    std::sort(shuffled.begin(), shuffled.end());
    std::sort(sorted.begin(), sorted.end());
    CHECK(shuffled == sorted);
  }
}

TEST_CASE("sequences do not depend on threads, and orders differ by seed and epoch", "[train]") {
  const Files files;
  CorpusOptions options = files.options();
  options.epochs = 2;
  const auto one = all(wordpiece(), options);
  options.threads = 4;
  CHECK(all(wordpiece(), options) == one);
  const std::size_t half = one.size() / 2;
  const auto middle = one.begin() + static_cast<std::ptrdiff_t>(half);
  std::vector<std::vector<std::int32_t>> first(one.begin(), middle), second(middle, one.end());
  CHECK(first != second);
  options.seed = 8;
  options.epochs = 1;
  CHECK(all(wordpiece(), options) != first);
  std::sort(first.begin(), first.end());
  std::sort(second.begin(), second.end());
  CHECK(first == second);
}

TEST_CASE("a corpus goes on from any position as if it had never stopped", "[train]") {
  const Files files;
  CorpusOptions options = files.options();
  options.epochs = 0;
  Corpus corpus(wordpiece(), options);
  std::vector<Corpus::Position> positions = {corpus.position()};
  std::vector<Example> examples;
  while (corpus.position().epoch < 3) {
    corpus.next(examples.emplace_back());
    positions.push_back(corpus.position());
  }
  CHECK(positions[examples.size() / 2].pool > 0);
  options.threads = 3;
  for (std::size_t from = 0; from < examples.size(); from += 13) {
    Corpus again(wordpiece(), options);
    again.seek(positions[from]);
    CHECK(again.position() == positions[from]);
    for (std::size_t k = from; k < std::min(from + 40, examples.size()); ++k) {
      Example example;
      REQUIRE(again.next(example));
      CHECK(example.ids == examples[k].ids);
      CHECK(example.words == examples[k].words);
      CHECK(again.position() == positions[k + 1]);
    }
  }
}

TEST_CASE("a position of other texts is refused", "[train]") {
  const Files files;
  Corpus corpus(wordpiece(), files.options());
  auto position = corpus.position();
  const auto refused = [&](Corpus::Position changed) {
    CHECK_THROWS_WITH(corpus.seek(changed), ContainsSubstring("give the same files"));
  };
  ++position.bytes;
  refused(position);
  --position.bytes;
  position.pool = 1000;
  refused(position);
  position.pool = 0;
  position.index = 100000;
  refused(position);
}

TEST_CASE("sequences have the template around them and tell their words", "[train]") {
  TemporaryDirectory folder;
  CorpusOptions options;
  options.files = {folder.write("a", "the trunkline sat")};
  Corpus corpus(wordpiece(), options);
  Example example;
  REQUIRE(corpus.next(example));
  const auto encoding = wordpiece().encode("the trunkline sat");
  CHECK(example.ids == encoding.ids);
  CHECK(example.type_ids == encoding.type_ids);
  CHECK(example.special == encoding.special);
  CHECK(example.words == encoding.words);
  CHECK(example.labels.empty());
}

TEST_CASE("progress goes up to the whole of an epoch, and its size is known", "[train]") {
  const Files files;
  CorpusOptions options = files.options();
  std::uint64_t sequences = 0, tokens = 0;
  double before = -1;
  Corpus corpus(wordpiece(), options);
  for (Example example; corpus.next(example); ++sequences) {
    tokens += example.ids.size();
    CHECK(corpus.progress() > before);
    CHECK(corpus.epoch() == 0);
    before = corpus.progress();
  }
  CHECK(before == Approx(1));
  const auto estimated = corpus.size();
  CHECK(static_cast<double>(estimated.tokens) == Approx(static_cast<double>(tokens)).epsilon(0.1));
  options.chunk_bytes = 1 << 20;
  const auto counted = Corpus(wordpiece(), options).size();
  options.shuffle = false;
  CHECK(counted.sequences == all(wordpiece(), options).size());
}

TEST_CASE("the shares of tokens are those of the text", "[train]") {
  const TemporaryDirectory folder;
  CorpusOptions options;
  options.files = {folder.write("text", "the day the mat\nthe day the day")};
  const auto shares = Corpus(wordpiece(), options).token_shares();
  const auto share = [&](const char* word) {
    return shares.at(static_cast<std::size_t>(wordpiece().id_of(word).value()));
  };
  CHECK(share("the") == Approx(0.5));
  CHECK(share("day") == Approx(0.375));
  CHECK(share("mat") == Approx(0.125));
  CHECK(std::accumulate(shares.begin(), shares.end(), 0.0) == Approx(1));  // none of the template
}

TEST_CASE("a corpus without text is an error, not an endless search", "[train]") {
  TemporaryDirectory folder;
  CorpusOptions options;
  options.files = {folder.write("empty", "")};
  CHECK_THROWS_WITH(Corpus(wordpiece(), options), ContainsSubstring("no text"));
  options.files = {folder.write("blank", std::string(5000, '\n') + "  \t \r\n")};
  options.chunk_bytes = 1000;
  options.pool_bytes = 1000;
  const auto search = [&] {
    Corpus corpus(wordpiece(), options);
    Example example;
    corpus.next(example);
  };
  CHECK_THROWS_WITH(search(), ContainsSubstring("white space"));
  options.files = {folder.write("text", "words")};
  options.max_tokens = 2;
  CHECK_THROWS_WITH(Corpus(wordpiece(), options), ContainsSubstring("no room"));
}

TEST_CASE("a file that changes its size while it is learnt from is an error", "[train]") {
  const Files files;
  Corpus corpus(wordpiece(), files.options());
  files.write("a.txt", "short now");
  const auto read = [&] {
    for (Example example; corpus.next(example);) {
    }
  };
  CHECK_THROWS_WITH(read(), ContainsSubstring("changed while it was read"));
}

TEST_CASE("bytes that are no UTF-8 are replaced and counted, NULs do no harm", "[train]") {
  TemporaryDirectory folder;
  CorpusOptions options;
  using namespace std::string_literals;
  options.files = {folder.write("a", "good \xFF bad\n\0 nul\0nul\n"s)};
  options.epochs = 1;
  Corpus corpus(wordpiece(), options);
  Example example;
  REQUIRE(corpus.next(example));
  CHECK(example.ids == wordpiece().encode("good \uFFFD bad \0 nul\0nul"s).ids);
  CHECK(corpus.repaired() == 1);
  CHECK_FALSE(corpus.next(example));
}
