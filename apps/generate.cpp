// nlp-generate - what a model writes for a text: translations, summaries.  Manual: man/generate.txt
#include "task/generate.hpp"

#include "cli/cli.hpp"
#include "cli/opened.hpp"

namespace cli = nlp::cli;
namespace task = nlp::task;

int main(int argc, char** argv) {
  cli::App app("generate");
  task::GenerateOptions options;
  app.add_option("--beams", options.beams,
                 "Hypotheses searched at a time, else what the checkpoint says, else 1")
      ->type_name("N")
      ->range(1, 1000);
  app.add_option("--max-tokens", options.max_new_tokens,
                 "Tokens to write at most, the end token included, else what the checkpoint says, "
                 "else 256")
      ->type_name("N")
      ->range(1, 1 << 20);
  cli::ModelOptions model(app);
  cli::InputOptions input(app);
  cli::OutputOptions output(app);
  cli::OverflowOptions overflow(app, cli::OverflowOptions::Rule::error);
  cli::ComputeOptions compute(app);

  return app.run(argc, argv, [&] {
    const auto opened = cli::open(app, model, compute);
    options.fit = cli::fit_options(overflow, compute);
    const task::Generator generate(opened.model, opened.tokenizer, options);
    const auto work = [&](auto records, auto replies, nlp::model::Workspace& workspace) {
      std::vector<task::SplitInput> texts;
      for (const cli::Record& record : records) texts.push_back(generate.prepare(record.text));
      const auto results = generate(texts, workspace);
      for (std::size_t k = 0; k < texts.size(); ++k) {
        if (output.records()) {
          replies[k]
              .object()
              .put("text", records[k].text)
              .put("ids", results[k].ids)
              .put("generated", results[k].text)
              .put("score", results[k].score);
        } else {
          replies[k].line(results[k].text);
        }
        if (texts[k].truncated) replies[k].truncated();
        if (!results[k].ended) replies[k].count("text", "whose result --max-tokens cut");
      }
    };
    cli::process(input, compute, output, cli::with_workspace(opened.model, compute, work));
  });
}
