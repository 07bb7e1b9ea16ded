#include "mask/word_counts.hpp"

#include "support/catch.hpp"

using nlp::mask::WordCount;
using nlp::mask::WordCounts;

TEST_CASE("masked words are counted, the most frequent first, equal ones by their letters",
          "[mask]") {
  WordCounts counts;
  for (const char* word : {"sun", "the", "sun", "The", "moon", "the", "sun"}) counts.add(word);
  CHECK(counts.total() == 7);
  CHECK(counts.words() == 4);
  CHECK(counts.most_frequent(9) ==
        std::vector<WordCount>{{"sun", 3}, {"the", 2}, {"The", 1}, {"moon", 1}});
  CHECK(counts.most_frequent(2) == std::vector<WordCount>{{"sun", 3}, {"the", 2}});
  CHECK(WordCounts().most_frequent(3).empty());
}
