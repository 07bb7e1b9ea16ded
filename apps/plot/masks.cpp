// nlp plot masks - which words were masked, and how often.  Manual: man/plot-masks.txt
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "cli/app.hpp"
#include "cli/display_names.hpp"
#include "cli/input.hpp"
#include "cli/masked_record.hpp"
#include "cli/model_store.hpp"
#include "cli/opened.hpp"
#include "cli/picture_options.hpp"
#include "mask/word_counts.hpp"
#include "plot/bars/picture.hpp"
#include "plot/commands.hpp"
#include "text/utf8.hpp"

namespace nlp::plot_command {
namespace {

constexpr int kWidth = 700;

mask::WordCounts count_words(const cli::InputOptions& options,
                             const tokenizer::Tokenizer* tokenizer, text::Unit unit) {
  mask::WordCounts counts;
  cli::Input input(options);
  for (cli::RawRecord raw; input.next(raw, true) == cli::Input::Next::record;)
    for (const auto& word : cli::masked_words(cli::parse_record(raw, options), tokenizer, unit))
      counts.add(word);
  return counts;
}

plot::Bars bars_of(const std::vector<mask::WordCount>& top, const mask::WordCounts& counts) {
  plot::Bars bars;
  for (const auto& [word, count] : top) {
    // Words that cannot be seen are told by their signs.
    bars.names.push_back(word.find_first_not_of(' ') == std::string::npos
                             ? fmt::format("“{}”", cli::displayable(word))
                             : cli::displayable(word));
    bars.counts.push_back(static_cast<double>(count));
  }
  bars.axis = fmt::format("times masked ({} in all, of {})", counts.total(),
                          cli::counted(static_cast<std::uint64_t>(counts.words()), "word"));
  return bars;
}

// count [words], and word [words, letters]: code points, zeros behind the last one.
std::vector<cli::PictureArray> arrays_of(const std::vector<mask::WordCount>& top) {
  std::vector<std::vector<double>> letters;
  std::size_t longest = 0;
  cli::PictureArray count{"count", {}, npy::Type::int64}, word{"word", {}, npy::Type::int64};
  for (const auto& row : top) {
    count.values.push_back(static_cast<double>(row.count));
    letters.emplace_back();
    for (std::size_t at = 0; at < row.word.size();)
      letters.back().push_back(static_cast<double>(text::decode(row.word, at)));
    longest = std::max(longest, letters.back().size());
  }
  for (auto& row : letters) {
    row.resize(longest, 0);
    word.values.insert(word.values.end(), row.begin(), row.end());
  }
  word.shape = {static_cast<std::int64_t>(top.size()), static_cast<std::int64_t>(longest)};
  return {count, word};
}

}  // namespace

int masks(int argc, char** argv) {
  cli::App app("plot masks");
  std::size_t most = 20;
  std::string model;
  text::Unit unit = text::Unit::codepoints;
  app.add_option("--top", most, "Words to draw, those that were masked most often")
      ->type_name("N")
      ->range(1, 400)
      ->capture_default_str();
  app.add_option("-m,--model", model,
                 "The model of token records: its directory, or its name in the model store; "
                 "tokens are then named as its vocabulary does, else as the text does")
      ->type_name("MODEL");
  app.add_choice("--offsets", unit,
                 {{"bytes", text::Unit::bytes},
                  {"codepoints", text::Unit::codepoints},
                  {"utf16", text::Unit::utf16}},
                 "What the offsets of token records count");
  cli::InputOptions input(app, {.pairs = true, .stages = true, .ids = true, .files_only = true});
  cli::PictureOptions picture(app, {kWidth, 0});

  return app.run(argc, argv, [&] {
    std::optional<tokenizer::Tokenizer> tokenizer;
    if (!model.empty())
      tokenizer = cli::open_tokenizer(app, cli::resolve_model(model, cli::environment));
    const auto counts = count_words(input, tokenizer ? &*tokenizer : nullptr, unit);
    if (counts.total() == 0)
      throw Error(Kind::data,
                  "no word was masked in any record; mask more (--words, --probability)");
    const auto top = counts.most_frequent(most);
    plot::Bars bars = bars_of(top, counts);
    bars.title = picture.title();
    std::string bytes;
    if (picture.is_blocks()) {
      bytes =
          plot::bars_blocks(bars, picture.cells(1).columns, picture.given_height(), app.color());
    } else {
      picture.set_standard({kWidth, plot::bars_height(bars)});
      bytes = picture.file(plot::draw_bars(bars, picture.width(), picture.height()), {});
    }
    picture.write(bytes, arrays_of(top));
  });
}

}  // namespace nlp::plot_command
