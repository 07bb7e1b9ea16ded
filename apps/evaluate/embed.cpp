// nlp evaluate embed - how well vectors tell what texts mean.  Manual: man/evaluate-embed.txt
#include "task/embed.hpp"

#include <atomic>
#include <cmath>

#include "cli/evaluation_report.hpp"
#include "cli/set_options.hpp"
#include "cli/set_run.hpp"
#include "evaluate/commands.hpp"
#include "train/data/pairs.hpp"
#include "train/evaluate/correlation.hpp"

namespace nlp::evaluate_command {
namespace {

// 0 where one of them is nothing but zeros.
double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double product = 0, square_a = 0, square_b = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    product += double{a[k]} * b[k];
    square_a += double{a[k]} * a[k];
    square_b += double{b[k]} * b[k];
  }
  const double lengths = std::sqrt(square_a) * std::sqrt(square_b);
  return lengths > 0 ? product / lengths : 0;
}

}  // namespace

int embed(int argc, char** argv) {
  cli::App app("evaluate embed");
  task::EmbedOptions options;
  app.add_option("--prompt", options.text.prompt,
                 "A text to put before each one, or the name of one of the model's prompts")
      ->type_name("TEXT");
  app.add_option("--dims", options.dims, "Keep the first N numbers of a vector")
      ->type_name("N")
      ->range(1, 1 << 30);
  cli::ModelOptions model(app, "embed");
  cli::SetOptions input(app, {});
  cli::OutputOptions output(app, {.piped = "jsonl"});
  cli::OverflowOptions overflow(app, cli::OverflowOptions::Rule::window, true);
  cli::ComputeOptions compute(app);

  return app.run(argc, argv, [&] {
    const auto modules = task::read_sentence_modules(model.directory());
    const auto opened = cli::open(app, modules.transformer, compute);
    if (!modules.found)
      app.messages().warn(model.directory().string() +
                          ": says nothing of pooling; the mean is taken");
    options.text.fit = cli::fit_options(overflow, compute);
    const task::Embedder embedder(opened.model, opened.tokenizer, modules, options);
    const auto set = train::read_pairs(input.files, {.table = input.table()});
    app.messages().warn_of_repaired(set.repaired);

    std::vector<double> truth, found(set.pairs.size());
    for (const train::TextPair& pair : set.pairs) truth.push_back(pair.score);
    std::atomic<std::uint64_t> cut = 0;
    {
      cli::Progress progress(app.messages(), output.to_terminal(), "pair");
      cli::for_each_part(
          set.pairs.size(), opened.model, compute, progress,
          [&](std::size_t first, std::size_t last, model::Workspace& workspace) {
            std::vector<task::SplitInput> inputs;
            for (std::size_t k = first; k < last; ++k)
              for (const auto* text : {&set.pairs[k].text, &set.pairs[k].pair}) {
                inputs.push_back(cli::at_place(set, set.pairs[k].place,
                                               [&] { return embedder.prepare(*text); }));
                cut += inputs.back().truncated;
              }
            const auto vectors = embedder(inputs, workspace);
            for (std::size_t k = first; k < last; ++k)
              found[k] = cosine(vectors[2 * (k - first)], vectors[2 * (k - first) + 1]);
          });
    }
    app.messages().warn_of_cut(cut, "text");
    const double spearman = train::spearman(truth, found), pearson = train::pearson(truth, found);
    std::string text = cli::number_line("spearman", spearman) +
                       cli::number_line("pearson", pearson) +
                       cli::count_line("pairs", found.size());
    if (output.records()) {
      text.clear();
      cli::ValueWriter writer(output.wire(), text);
      writer.object().put("spearman", spearman).put("pearson", pearson);
      writer.put("pairs", found.size()).end();
      text += '\n';
    }
    cli::write_result(output, text);
  });
}

}  // namespace nlp::evaluate_command
