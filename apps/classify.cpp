// nlp-classify - tell which label a text has.  Manual: man/classify.txt
#include "task/classify.hpp"

#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/opened.hpp"
#include "cli/token_record.hpp"

namespace cli = nlp::cli;
namespace task = nlp::task;

int main(int argc, char** argv) {
  cli::App app("classify");
  bool all = false;
  app.add_flag("--all", all, "All labels, best first");
  cli::ModelOptions model(app, "sentiment");
  cli::InputOptions input(app, {.pairs = true});
  cli::OutputOptions output(app);
  cli::OverflowOptions overflow(app, cli::OverflowOptions::Rule::window);
  cli::ComputeOptions compute(app);

  return app.run(argc, argv, [&] {
    const auto opened = cli::open(app, model, compute);
    const task::Classifier classifier(opened.model, opened.tokenizer,
                                      cli::fit_options(overflow, compute));
    const auto write = [&](cli::Reply& reply, const cli::Record& record,
                           const std::vector<double>& scores) {
      const auto order = task::best_first(scores);
      const auto label = [&](std::size_t place) { return classifier.labels()[order[place]]; };
      const auto score = [&](std::size_t place) { return scores[order[place]]; };
      const std::size_t shown = all ? order.size() : 1;
      if (!output.records()) {
        std::string line;
        for (std::size_t k = 0; k < shown; ++k)
          line += fmt::format("{}{}\t{:.4f}", k == 0 ? "" : "\t", label(k), score(k));
        reply.line(line);
        return;
      }
      auto& writer = reply.object();
      cli::put_texts(writer, record);
      writer.put("label", label(0)).put("score", score(0));
      if (!all) return;
      writer.key("labels").array();
      for (std::size_t k = 0; k < shown; ++k)
        writer.object().put("label", label(k)).put("score", score(k)).end();
      writer.end();
    };
    const auto work = [&](auto records, auto replies, nlp::model::Workspace& workspace) {
      std::vector<task::SplitInput> texts;
      for (const cli::Record& record : records)
        texts.push_back(classifier.prepare(record.text, record.pair));
      const auto scores = classifier(texts, workspace);
      for (std::size_t k = 0; k < texts.size(); ++k) {
        write(replies[k], records[k], scores[k]);
        if (texts[k].truncated) replies[k].truncated();
      }
    };
    cli::process(input, compute, output, cli::with_workspace(opened.model, compute, work));
  });
}
