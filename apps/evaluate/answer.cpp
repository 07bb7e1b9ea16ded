// nlp evaluate answer - how well questions are answered.  Manual: man/evaluate-answer.txt
#include "task/answer.hpp"

#include <atomic>
#include <limits>

#include "cli/evaluation_report.hpp"
#include "cli/set_options.hpp"
#include "cli/set_run.hpp"
#include "evaluate/commands.hpp"
#include "train/data/questions.hpp"
#include "train/evaluate/answers.hpp"

namespace nlp::evaluate_command {
namespace {

struct Sum {
  double exact = 0, f1 = 0;
  std::uint64_t count = 0;

  void add(const train::AnswerScore& score) {
    exact += score.exact;
    f1 += score.f1;
    ++count;
  }
  double mean(double sum) const {
    return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(count);
  }
};

std::string report(const Sum& all, const Sum& answered, const Sum& unanswerable,
                   const cli::OutputOptions& output) {
  std::string text;
  if (!output.records()) {
    const auto lines = [&](const Sum& sum, const char* counted) {
      return cli::number_line("exact", sum.mean(sum.exact)) +
             cli::number_line("F1", sum.mean(sum.f1)) + cli::count_line(counted, sum.count);
    };
    text = lines(all, "questions");
    if (unanswerable.count > 0)
      text += "\nwith an answer\n" + lines(answered, "questions") + "\nwithout one\n" +
              lines(unanswerable, "questions");
    return text;
  }
  cli::ValueWriter writer(output.wire(), text);
  const auto put = [&](const Sum& sum) {
    writer.put("exact", sum.mean(sum.exact)).put("f1", sum.mean(sum.f1));
    writer.put("questions", sum.count);
  };
  writer.object();
  put(all);
  writer.key("answerable").object();
  put(answered);
  writer.end().key("unanswerable").object();
  put(unanswerable);
  writer.end().end();
  return text + "\n";
}

}  // namespace

int answer(int argc, char** argv) {
  cli::App app("evaluate answer");
  task::AnswerOptions options;
  double least = 0;
  app.add_option("--longest", options.longest, "Tokens of an answer at most")
      ->type_name("N")
      ->range(1, 1000000)
      ->capture_default_str();
  app.add_option("--no-answer-below", least,
                 "Take an answer of a lower score for the statement that there is none")
      ->type_name("SCORE")
      ->range(0.0, 1.0)
      ->capture_default_str();
  cli::ModelOptions model(app);
  cli::SetOptions input(app, {.table = false});
  cli::OutputOptions output(app, {.piped = "jsonl"});
  cli::OverflowOptions overflow(app, cli::OverflowOptions::Rule::window);
  cli::ComputeOptions compute(app);

  return app.run(argc, argv, [&] {
    const auto opened = cli::open(app, model, compute);
    options.fit = cli::fit_options(overflow, compute);
    const task::AnswerFinder find(opened.model, opened.tokenizer, options);
    const auto set = train::read_questions(input.files, input.max_line);
    app.messages().warn_of_repaired(set.repaired);

    std::vector<train::AnswerScore> scores(set.questions.size());
    std::atomic<std::uint64_t> cut = 0;
    {
      cli::Progress progress(app.messages(), output.to_terminal(), "question");
      cli::for_each_part(
          set.questions.size(), opened.model, compute, progress,
          [&](std::size_t first, std::size_t last, model::Workspace& workspace) {
            std::vector<task::QuestionText> texts;
            for (std::size_t k = first; k < last; ++k) {
              texts.push_back(cli::at_place(set, set.questions[k].place, [&] {
                return find.prepare(set.questions[k].question, set.questions[k].context);
              }));
              cut += texts.back().input.truncated;
            }
            const auto answers = find(texts, workspace);
            for (std::size_t k = first; k < last; ++k) {
              const auto& question = set.questions[k];
              const auto& found = answers[k - first];
              const bool said = found && found->score >= least;
              scores[k] = train::score_answer(
                  question.answer,
                  said ? question.context.substr(found->span.start, found->span.size()) : "");
            }
          });
    }
    app.messages().warn_of_cut(cut, "question");
    Sum all, answerable, unanswerable;
    for (std::size_t k = 0; k < scores.size(); ++k) {
      all.add(scores[k]);
      (set.questions[k].answer.empty() ? unanswerable : answerable).add(scores[k]);
    }
    cli::write_result(output, report(all, answerable, unanswerable, output));
  });
}

}  // namespace nlp::evaluate_command
