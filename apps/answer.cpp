// nlp-answer - find the answer to a question in a text.  Manual: man/answer.txt
#include "task/answer.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "cli/cli.hpp"
#include "cli/opened.hpp"
#include "text/offsets.hpp"

namespace cli = nlp::cli;
namespace task = nlp::task;

namespace {

void put_answer(cli::ValueWriter& writer, const cli::Record& record,
                const std::optional<task::Answer>& answer, nlp::text::Unit unit) {
  writer.put("question", record.text);
  if (!answer) {
    for (const char* key : {"answer", "score", "start", "end"}) writer.put(key, nullptr);
    return;
  }
  const auto span = nlp::text::Offsets(*record.pair, unit)(answer->span);
  writer.put("answer", record.pair->substr(answer->span.start, answer->span.size()));
  writer.put("score", answer->score).put("start", span.start).put("end", span.end);
}

std::string line_of(const cli::Record& record, const std::optional<task::Answer>& answer) {
  if (!answer) return "";
  return fmt::format("{}\t{:.4f}", record.pair->substr(answer->span.start, answer->span.size()),
                     answer->score);
}

const std::string& context_of(const cli::Record& record) {
  if (record.pair) return *record.pair;
  throw nlp::Error(nlp::Kind::data,
                   "no context (expected question TAB context, or the field `pair`); add it");
}

}  // namespace

int main(int argc, char** argv) {
  cli::App app("answer");
  task::AnswerOptions options;
  app.add_option("--longest", options.longest, "Tokens of an answer at most")
      ->type_name("N")
      ->range(1, 1000000)
      ->capture_default_str();
  cli::ModelOptions model(app);
  cli::InputOptions input(app, {.pairs = true});
  cli::OutputOptions output(app, {.offsets = true});
  cli::OverflowOptions overflow(app, cli::OverflowOptions::Rule::window);
  cli::ComputeOptions compute(app);

  return app.run(argc, argv, [&] {
    const auto opened = cli::open(app, model, compute);
    options.fit = cli::fit_options(overflow, compute);
    const task::AnswerFinder find(opened.model, opened.tokenizer, options);
    const auto work = [&](auto records, auto replies, nlp::model::Workspace& workspace) {
      std::vector<task::QuestionText> texts;
      for (const cli::Record& record : records)
        texts.push_back(find.prepare(record.text, context_of(record)));
      const auto answers = find(texts, workspace);
      for (std::size_t k = 0; k < texts.size(); ++k) {
        if (output.records())
          put_answer(replies[k].object(), records[k], answers[k], output.unit());
        else
          replies[k].line(line_of(records[k], answers[k]));
        if (texts[k].input.truncated) replies[k].truncated();
        if (!answers[k]) replies[k].count("context", "without words, so without answer");
      }
    };
    cli::process(input, compute, output, cli::with_workspace(opened.model, compute, work));
  });
}
