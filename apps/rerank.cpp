// nlp-rerank - score how well texts answer queries.  Manual: man/rerank.txt
#include "task/rerank.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "cli/cli.hpp"
#include "cli/opened.hpp"

namespace cli = nlp::cli;
namespace task = nlp::task;

namespace {

const std::string& text_of(const cli::Record& record) {
  if (record.pair) return *record.pair;
  throw nlp::Error(nlp::Kind::data,
                   "no text (expected query TAB text, or the fields `query` and `text`); add it");
}

}  // namespace

int main(int argc, char** argv) {
  cli::App app("rerank");
  cli::ModelOptions model(app);
  cli::InputOptions input(app, {.pairs = true, .first = "query"});
  cli::OutputOptions output(app);
  cli::OverflowOptions overflow(app, cli::OverflowOptions::Rule::error);
  cli::ComputeOptions compute(app);

  return app.run(argc, argv, [&] {
    const auto directory = model.directory();
    const auto activation = task::read_score_activation(directory);
    const auto opened = cli::open(app, directory, compute);
    const task::Reranker rerank(opened.model, opened.tokenizer, activation,
                                cli::fit_options(overflow, compute));
    const auto work = [&](auto records, auto replies, nlp::model::Workspace& workspace) {
      std::vector<task::SplitInput> pairs;
      for (const cli::Record& record : records)
        pairs.push_back(rerank.prepare(record.text, text_of(record)));
      const auto scores = rerank(pairs, workspace);
      for (std::size_t k = 0; k < pairs.size(); ++k) {
        const std::string& text = text_of(records[k]);
        if (output.records())
          replies[k]
              .object()
              .put("query", records[k].text)
              .put("text", text)
              .put("score", scores[k]);
        else
          replies[k].line(fmt::format("{:.6f}\t{}", scores[k], text));
        if (pairs[k].truncated) replies[k].truncated();
      }
    };
    cli::process(input, compute, output, cli::with_workspace(opened.model, compute, work));
  });
}
