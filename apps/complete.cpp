// nlp-complete - go on with a text.  Manual: man/complete.txt
#include "base/error.hpp"
#include "cli/cli.hpp"
#include "cli/filled_masks.hpp"
#include "cli/opened.hpp"
#include "task/fill_mask.hpp"
#include "task/fill_spans.hpp"

namespace cli = nlp::cli;
namespace task = nlp::task;

namespace {

// A line a completed text, best first, an empty one behind each record.  What was added to `line`
// is bold on a terminal.
void write_lines(cli::Reply& reply, const std::string& line,
                 const std::vector<task::FilledMask>& masks, bool bold) {
  if (!masks.empty())
    for (const task::Candidate& candidate : masks.front().candidates) {
      const std::string& whole = candidate.sequence;
      if (bold && whole.starts_with(line))
        reply.line(line + "\033[1m" + whole.substr(line.size()) + "\033[0m");
      else
        reply.line(whole);
    }
  reply.line("");
}

}  // namespace

int main(int argc, char** argv) {
  cli::App app("complete");
  task::FillMaskOptions options;
  options.next_words = 1;
  options.masks = task::Masks::beam;
  app.add_option("-k,--top", options.top, "Completions of a line")
      ->type_name("N")
      ->range(1, 1000000)
      ->capture_default_str();
  const auto* words = app.add_option("--words", options.next_words, "Words to go on by")
                          ->type_name("N")
                          ->range(1, 1000)
                          ->capture_default_str();
  cli::ModelOptions model(app);
  cli::InputOptions input(app);
  cli::OutputOptions output(app, {.offsets = true});
  cli::OverflowOptions overflow(app, cli::OverflowOptions::Rule::error);
  cli::ComputeOptions compute(app);

  return app.run(argc, argv, [&] {
    const auto opened = cli::open(app, model, compute);
    options.fit = cli::fit_options(overflow, compute);
    const bool bold = app.color() && output.file().empty();
    const auto complete_all = [&](const auto& fill) {
      const auto work = [&](auto records, auto replies, nlp::model::Workspace& workspace) {
        std::vector<std::decay_t<decltype(fill.prepare(std::string_view()))>> texts;
        for (const cli::Record& record : records) texts.push_back(fill.prepare(record.text));
        const auto filled = fill(texts, workspace);
        for (std::size_t k = 0; k < texts.size(); ++k) {
          if (output.records())
            cli::put_masks(replies[k].object(), texts[k].text, filled[k], output.unit());
          else
            write_lines(replies[k], records[k].text, filled[k], bold);
          if (texts[k].truncated) replies[k].truncated();
        }
      };
      cli::process(input, compute, output, cli::with_workspace(opened.model, compute, work));
    };
    if (opened.model.has(nlp::model::Head::masked_lm) || !opened.model.has_decoder())
      return complete_all(task::FillMask(opened.model, opened.tokenizer, options));
    if (words->count() > 0)
      throw nlp::Error(nlp::Kind::usage,
                       "--words: a model that writes says itself how many words it goes on by");
    complete_all(task::FillSpans(opened.model, opened.tokenizer, {options.top, true, options.fit}));
  });
}
