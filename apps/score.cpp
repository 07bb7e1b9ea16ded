// nlp-score - tell how likely texts are.  Manual: man/score.txt
#include "task/score.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "cli/cli.hpp"
#include "cli/opened.hpp"
#include "cli/token_record.hpp"
#include "text/offsets.hpp"

namespace cli = nlp::cli;
namespace task = nlp::task;

namespace {

// How scores are written.
struct Form {
  const nlp::tokenizer::Tokenizer& tokenizer;
  nlp::text::Unit unit;
  bool per_token;

  void put(cli::ValueWriter& writer, const std::string& text, const task::TextScore& score) const {
    writer.put("logprob", score.logprob).key("perplexity");
    const auto perplexity = score.perplexity();
    perplexity ? writer.value(*perplexity) : writer.value(nullptr);
    writer.put("tokens", score.tokens.size());
    if (!per_token) return;
    const nlp::text::Offsets offsets(text, unit);
    writer.key("per_token").array();
    for (const task::TokenScore& token : score.tokens) {
      const auto span = offsets(token.span);
      writer.object().put("token", tokenizer.token_of(token.id)).put("id", token.id);
      writer.put("start", span.start).put("end", span.end).put("logprob", token.logprob).end();
    }
    writer.end();
  }

  std::string line(const std::string& text, const task::TextScore& score) const {
    const auto perplexity = score.perplexity();
    return fmt::format("{:.4f}\t{}\t{}", score.logprob,
                       perplexity ? fmt::format("{:.4f}", *perplexity) : "-", text);
  }

  void token_lines(cli::Reply& reply, const task::TextScore& score) const {
    if (!per_token) return;
    for (const task::TokenScore& token : score.tokens)
      reply.line(fmt::format("{:.4f}\t{}", token.logprob, tokenizer.token_of(token.id)));
    reply.line("");
  }
};

const std::string& pair_of(const cli::Record& record) {
  if (record.pair) return *record.pair;
  throw nlp::Error(nlp::Kind::data,
                   "--compare: no second text (expected text TAB text, or the field `pair`); add "
                   "it");
}

// Two texts; which is likelier: 1 the first, 2 the second, 0 neither.
void write_pair(cli::Reply& reply, const cli::Record& record,
                std::span<const task::TextScore> scores, const Form& form, bool records) {
  const double difference = scores[0].logprob - scores[1].logprob;
  const int likelier = difference > 0 ? 1 : difference < 0 ? 2 : 0;
  if (!records) {
    reply.line(fmt::format("{}\t{:.4f}\t{}\t{}", likelier, difference, record.text, *record.pair));
    for (const task::TextScore& score : scores) form.token_lines(reply, score);
    return;
  }
  auto& writer = reply.object();
  cli::put_texts(writer, record);
  writer.put("likelier", likelier).put("difference", difference).key("scores").array();
  for (std::size_t k = 0; k < 2; ++k) {
    form.put(writer.object(), k == 0 ? record.text : *record.pair, scores[k]);
    writer.end();
  }
  writer.end();
}

void write_text(cli::Reply& reply, const cli::Record& record, const task::TextScore& score,
                const Form& form, bool records) {
  if (records) return form.put(reply.object().put("text", record.text), record.text, score);
  reply.line(form.line(record.text, score));
  form.token_lines(reply, score);
}

}  // namespace

int main(int argc, char** argv) {
  cli::App app("score");
  task::ScoreOptions options;
  bool per_token = false, compare = false, shared = false;
  app.add_choice("--method", options.method,
                 {{"pll", task::ScoreMethod::pll},
                  {"pll-word-l2r", task::ScoreMethod::pll_word_l2r},
                  {"unmasked", task::ScoreMethod::unmasked}},
                 "Mask each token alone; with it the rest of its word; none, in one pass");
  app.add_flag("--per-token", per_token, "Each token's part, too");
  auto* pairs =
      app.add_flag("--compare", compare, "Two texts, set apart by a tab: which is likelier");
  app.add_flag("--shared", shared, "With --compare: by the tokens that both texts have")
      ->needs(pairs);
  cli::ModelOptions model(app);
  cli::InputOptions input(app);
  cli::OutputOptions output(app, {.offsets = true});
  cli::OverflowOptions overflow(app, cli::OverflowOptions::Rule::error);
  cli::ComputeOptions compute(app);

  return app.run(argc, argv, [&] {
    const auto opened = cli::open(app, model, compute);
    options.fit = cli::fit_options(overflow, compute);
    input.spec.pairs = compare;
    const task::Scorer scorer(opened.model, opened.tokenizer, options);
    const Form form{opened.tokenizer, output.unit(), per_token};
    const auto work = [&](auto records, auto replies, nlp::model::Workspace& workspace) {
      std::vector<task::ScoredText> texts;  // one a record, or two
      for (const cli::Record& record : records) {
        texts.push_back(scorer.prepare(record.text));
        if (!compare) continue;
        texts.push_back(scorer.prepare(pair_of(record)));
        if (shared) task::Scorer::keep_shared(texts[texts.size() - 2], texts.back());
      }
      const auto scores = scorer(texts, workspace);
      const std::size_t each = compare ? 2 : 1;
      for (std::size_t k = 0; k < records.size(); ++k) {
        const auto own = std::span(scores).subspan(k * each, each);
        if (compare)
          write_pair(replies[k], records[k], own, form, output.records());
        else
          write_text(replies[k], records[k], own[0], form, output.records());
        bool truncated = false;
        for (std::size_t t = 0; t < each; ++t) truncated |= texts[k * each + t].truncated;
        if (truncated) replies[k].truncated();
      }
    };
    cli::process(input, compute, output, cli::with_workspace(opened.model, compute, work));
  });
}
