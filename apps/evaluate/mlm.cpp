// nlp evaluate mlm - how well a masked language model guesses.  Manual: man/evaluate-mlm.txt
#include "train/evaluate/mlm.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/error.hpp"
#include "cli/cli.hpp"
#include "cli/opened.hpp"
#include "cli/token_record.hpp"
#include "evaluate/commands.hpp"
#include "mask/vocabulary.hpp"
#include "text/sentences.hpp"

namespace nlp::evaluate_command {
namespace {

// What a record adds to the result.
struct Part {
  train::Guesses guesses;
  std::uint64_t words = 0;  // that were hidden, guessable or not
};

// Adds up the parts and writes one result at the end.
class Total : public cli::Sink {
 public:
  Total(const cli::OutputOptions& output, bool words) : output_(output), words_(words) {}

  void write(cli::Reply& reply, cli::OutputFile&) override {
    const auto* part = std::any_cast<Part>(&reply.payload);
    if (part == nullptr) return;  // a record with an error that is skipped
    guesses_ += part->guesses;
    hidden_ += part->words;
  }

  void finish(cli::OutputFile& file) override {
    const std::uint64_t asked = words_ ? hidden_ : guesses_.tokens;
    const auto share = [&](double value) { return value / static_cast<double>(asked); };
    const double loss = share(guesses_.loss), top1 = share(static_cast<double>(guesses_.top1)),
                 top5 = share(static_cast<double>(guesses_.top5));
    std::string text;
    if (output_.records()) {
      cli::ValueWriter writer(output_.wire(), text);
      writer.object();
      if (!words_) writer.put("loss", loss).put("perplexity", std::exp(loss));
      writer.put("top1", top1).put("top5", top5).put(words_ ? "words" : "tokens", asked).end();
      text += '\n';
    } else {
      const auto put = [&](const char* name, double value) {
        text += asked == 0 ? fmt::format("{:<12}-\n", name)
                           : fmt::format("{:<12}{:.4f}\n", name, value);
      };
      if (!words_) put("loss", loss);
      if (!words_) put("perplexity", std::exp(loss));
      put("top1", top1);
      put("top5", top5);
      text += fmt::format("{:<12}{}\n", words_ ? "words" : "tokens", asked);
    }
    file.write(text);
  }

 private:
  const cli::OutputOptions& output_;
  bool words_;
  train::Guesses guesses_;
  std::uint64_t hidden_ = 0;
};

// Which text of the input a sentence is.  The first of a record has the record's number, so that
// tokens are hidden as nlp mask hides them.
std::uint64_t number_of(const cli::Record& record, std::size_t sentence) {
  return record.index + (std::uint64_t{sentence} << 40);
}

train::MaskedText masked_text(const cli::Record& record, const tokenizer::Tokenizer& tokenizer) {
  if (!record.has("labels"))
    throw Error(Kind::data,
                "no field `labels`; hide tokens with nlp mask --probability, or pass "
                "plain text");
  return {cli::read_tokens(record, tokenizer), record.integers("labels")};
}

}  // namespace

int mlm(int argc, char** argv) {
  cli::App app("evaluate mlm");
  mask::Policy policy;
  bool words = false, sentences = false, whole_word = false;
  auto* one =
      app.add_flag("--words", words, "Hide one word of each text, not a share of its tokens")
          ->group("Masking");
  const auto share = [&](const char* name, double& value, const char* what) {
    app.add_option(name, value, what)
        ->type_name("SHARE")
        ->range(0.0, 1.0)
        ->capture_default_str()
        ->excludes(one)
        ->group("Masking");
  };
  share("--probability", policy.probability, "The share of the tokens that is chosen");
  share("--keep", policy.keep, "Of the chosen tokens: the share that stays as it is");
  share("--random", policy.random, "Of the chosen tokens: the share that becomes another");
  app.add_flag("--whole-word", whole_word, "Choose all tokens of a word or none")
      ->excludes(one)
      ->group("Masking");
  app.add_option("--seed", policy.seed, "Another number hides others")
      ->type_name("N")
      ->capture_default_str()
      ->group("Masking");
  app.add_flag("--sentences", sentences, "Each sentence of a line is a text")->group("Masking");
  cli::ModelOptions model(app);
  cli::InputOptions input(app, {.stages = true});
  cli::OutputOptions output(app, {.piped = "jsonl"});
  cli::OverflowOptions overflow(app, cli::OverflowOptions::Rule::window);
  cli::ComputeOptions compute(app);

  return app.run(argc, argv, [&] {
    const auto opened = cli::open(app, model, compute);
    const auto& tokenizer = opened.tokenizer;
    const train::MlmEvaluator evaluate(opened.model, tokenizer,
                                       cli::fit_options(overflow, compute));
    const auto mask_id = tokenizer.mask_id();
    if (!mask_id)
      throw Error(Kind::model,
                  model.directory().string() + ": no mask token; take a masked language model");
    if (whole_word) policy.unit = mask::Policy::Unit::word;
    const mask::TokenMasker masker(policy, *mask_id, mask::ordinary_ids(tokenizer));

    const auto work = [&](auto records, auto replies, model::Workspace& workspace) {
      std::vector<Part> parts(records.size());
      std::vector<train::MaskedText> texts;
      std::vector<std::size_t> sources;  // of each text: the record
      const auto add = [&](std::size_t k, std::string_view text, std::uint64_t number) {
        if (words) {
          auto hidden = train::hide_word(tokenizer, text, Random(policy.seed, number));
          parts[k].words += hidden.found;
          if (!hidden.text) return;
          texts.push_back(std::move(*hidden.text));
        } else {
          texts.push_back(train::hide_tokens(tokenizer, masker, text, number));
        }
        sources.push_back(k);
      };
      for (std::size_t k = 0; k < records.size(); ++k) {
        const cli::Record& record = records[k];
        const std::string_view text = record.text;
        if (cli::has_tokens(record)) {
          if (words || sentences)
            throw Error(Kind::data, "a record of tokens; --words and --sentences read plain text");
          texts.push_back(masked_text(record, tokenizer));
          sources.push_back(k);
        } else if (sentences) {
          const auto spans = text::sentences(text);
          for (std::size_t s = 0; s < spans.size(); ++s)
            add(k, text.substr(spans[s].start, spans[s].size()), number_of(record, s));
        } else {
          add(k, text, number_of(record, 0));
        }
      }
      const auto results = evaluate(texts, workspace);
      for (std::size_t n = 0; n < texts.size(); ++n) {
        parts[sources[n]].guesses += results[n].guesses;
        if (results[n].cut) replies[sources[n]].count("text", "cut to what the model takes");
      }
      for (std::size_t k = 0; k < records.size(); ++k) replies[k].payload = parts[k];
    };
    Total total(output, words);
    cli::process(input, compute, output, cli::with_workspace(opened.model, compute, work), total);
  });
}

}  // namespace nlp::evaluate_command
