// nlp-fill-mask - guess the words behind the masks of a text.  Manual: man/fill-mask.txt
#include "task/fill_mask.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/error.hpp"
#include "cli/cli.hpp"
#include "cli/filled_masks.hpp"
#include "cli/opened.hpp"
#include "task/fill_spans.hpp"

namespace cli = nlp::cli;
namespace task = nlp::task;

namespace {

// A line a candidate, an empty one behind each record.
void write_lines(cli::Reply& reply, const std::vector<task::FilledMask>& masks) {
  for (const task::FilledMask& mask : masks)
    for (const task::Candidate& candidate : mask.candidates)
      reply.line(fmt::format("{:.4f}\t{}\t{}", std::exp(candidate.logprob), candidate.word,
                             candidate.sequence));
  reply.line("");
}

}  // namespace

int main(int argc, char** argv) {
  cli::App app("fill-mask");
  task::FillMaskOptions options;
  app.add_option("-k,--top", options.top, "Candidates of a mask")
      ->type_name("N")
      ->range(1, 1000000)
      ->capture_default_str();
  app.add_option("--targets", options.targets, "The words to choose from, separated by commas")
      ->type_name("WORDS")
      ->delimiter(',');
  const auto* how = app.add_choice(
      "--masks", options.masks,
      {{"independent", task::Masks::independent},
       {"greedy", task::Masks::greedy},
       {"beam", task::Masks::beam}},
      "Several masks: each by itself; the surest first; jointly, from left to right");
  app.add_flag("--append", options.append, "Put a mask at the end of a text without one");
  cli::ModelOptions model(app);
  cli::InputOptions input(app);
  cli::OutputOptions output(app, {.offsets = true});
  cli::OverflowOptions overflow(app, cli::OverflowOptions::Rule::error);
  cli::ComputeOptions compute(app);

  return app.run(argc, argv, [&] {
    const auto opened = cli::open(app, model, compute);
    options.fit = cli::fit_options(overflow, compute);
    const auto fill_all = [&](const auto& fill) {
      const auto work = [&](auto records, auto replies, nlp::model::Workspace& workspace) {
        std::vector<std::decay_t<decltype(fill.prepare(std::string_view()))>> texts;
        for (const cli::Record& record : records) texts.push_back(fill.prepare(record.text));
        const auto filled = fill(texts, workspace);
        for (std::size_t k = 0; k < texts.size(); ++k) {
          if (output.records())
            cli::put_masks(replies[k].object(), texts[k].text, filled[k], output.unit());
          else
            write_lines(replies[k], filled[k]);
          if (texts[k].truncated) replies[k].truncated();
          if (filled[k].empty()) replies[k].count("text", "without a mask; --append adds one");
        }
      };
      cli::process(input, compute, output, cli::with_workspace(opened.model, compute, work));
    };
    if (opened.model.has(nlp::model::Head::masked_lm) || !opened.model.has_decoder())
      return fill_all(task::FillMask(opened.model, opened.tokenizer, options));
    if (!options.targets.empty() || (how->count() > 0 && options.masks != task::Masks::beam))
      throw nlp::Error(nlp::Kind::usage,
                       "--targets, --masks: a model that writes fills all spans together, with any "
                       "words (only --masks beam)");
    fill_all(task::FillSpans(opened.model, opened.tokenizer,
                             {options.top, options.append, options.fit}));
  });
}
