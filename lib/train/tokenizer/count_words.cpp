#include "train/tokenizer/count_words.hpp"

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/thread_team.hpp"
#include "text/utf8.hpp"

namespace nlp::train {
namespace {

class Counter {
 public:
  Counter(const tokenizer::Parts& stages, Divide divide) : stages_(stages), divide_(divide) {}

  CountedWords counted;

  void block(std::string_view block) {
    while (!block.empty()) {
      const std::size_t size = std::min(block.find('\n'), block.size() - 1) + 1;
      line(block.substr(0, size));
      block.remove_prefix(size);
    }
  }

 private:
  void line(std::string_view line) {
    ++counted.lines;
    if (text::valid_prefix(line) != line.size()) {
      sound_ = line;
      counted.repaired += text::repair(sound_);
      line = sound_;
    }
    words_.text.assign(line, 0, stages_.needs_origin);
    if (stages_.normalizer) stages_.normalizer->normalize(words_.text);
    words_.restart();
    stages_.pre_tokenizer->split(words_);
    for (const text::Span span : words_.spans) {
      if (divide_ != nullptr)
        divide_(words_.view(span), 1, counted.words);
      else if (span.size() > kLongestWord)
        ++counted.too_long;
      else
        counted.words.add(words_.view(span));
    }
  }

  const tokenizer::Parts& stages_;
  Divide divide_;
  tokenizer::Words words_;
  std::string sound_;
};

}  // namespace

CountedWords count_words(const tokenizer::Parts& stages, TextBlocks& blocks, int threads,
                         const std::function<void(std::uint64_t lines)>& told, Divide divide) {
  std::vector<Counter> counters(static_cast<std::size_t>(threads), Counter(stages, divide));
  std::mutex reading;
  ThreadTeam(threads).run(threads, [&](std::int64_t task, int) {
    Counter& counter = counters[static_cast<std::size_t>(task)];
    std::string block;
    for (std::uint64_t known = 0;;) {
      {
        const std::lock_guard lock(reading);
        if (told) told(counter.counted.lines - known);
        known = counter.counted.lines;
        if (!blocks.next(block)) return;
      }
      counter.block(block);
    }
  });
  CountedWords all = std::move(counters.front().counted);
  for (std::size_t k = 1; k < counters.size(); ++k) {
    const CountedWords& part = counters[k].counted;
    all.words.add(part.words);
    all.lines += part.lines;
    all.repaired += part.repaired;
    all.too_long += part.too_long;
  }
  return all;
}

}  // namespace nlp::train
