// nlp evaluate classify - how well texts are classified.  Manual: man/evaluate-classify.txt
#include "task/classify.hpp"

#include <fmt/format.h>

#include <atomic>
#include <cmath>

#include "base/error.hpp"
#include "cli/evaluation_report.hpp"
#include "cli/set_options.hpp"
#include "cli/set_run.hpp"
#include "evaluate/commands.hpp"
#include "train/data/texts.hpp"
#include "train/evaluate/classes.hpp"
#include "train/evaluate/correlation.hpp"

namespace nlp::evaluate_command {
namespace {

using train::Target;
using Scores = std::vector<std::vector<double>>;  // [texts][C]

constexpr std::size_t kWidest = 20;  // labels of a confusion matrix that is shown to people

// What nlp classify gives of one label alone is a number, too.
Target target_of(const model::Config& config) {
  if (config.problem == model::Problem::regression || config.labels.size() == 1)
    return Target::number;
  return config.problem == model::Problem::multi_label ? Target::labels : Target::label;
}

std::string matrix(const train::Confusion& confusion, const std::vector<std::string>& labels) {
  if (labels.size() > kWidest) return "";
  std::string text = "\nrows: the set's labels; columns: the model's, in the same order\n";
  for (std::size_t truth = 0; truth < labels.size(); ++truth) {
    for (std::size_t found = 0; found < labels.size(); ++found)
      text += fmt::format("{:7}", confusion.count(truth, found));
    text += "  " + labels[truth] + "\n";
  }
  return text;
}

// The result of a model that gives each text one label.
std::string one_label(const train::TextSet& set, const train::LabelIds& labels,
                      const Scores& scores, const cli::OutputOptions& output) {
  train::Confusion confusion(labels.size());
  for (std::size_t k = 0; k < scores.size(); ++k)
    confusion.add(static_cast<std::size_t>(train::label_ids(set, set.texts[k], labels).at(0)),
                  task::best_first(scores[k]).at(0));
  cli::LabelRows rows;
  for (std::size_t c = 0; c < labels.size(); ++c) rows.emplace_back(labels[c], confusion.label(c));
  std::string text;
  if (!output.records())
    return cli::number_line("accuracy", confusion.accuracy()) +
           cli::number_line("macro F1", confusion.macro_f1()) +
           cli::count_line("texts", confusion.texts()) + cli::label_table(rows) +
           matrix(confusion, labels.labels());
  cli::ValueWriter writer(output.wire(), text);
  writer.object().put("accuracy", confusion.accuracy()).put("macro_f1", confusion.macro_f1());
  writer.put("texts", confusion.texts());
  cli::put_labels(writer, rows);
  writer.key("confusion").array();
  for (std::size_t truth = 0; truth < labels.size(); ++truth) {
    writer.array();
    for (std::size_t found = 0; found < labels.size(); ++found)
      writer.value(confusion.count(truth, found));
    writer.end();
  }
  writer.end().end();
  return text + "\n";
}

// … any number of labels.
std::string many_labels(const train::TextSet& set, const train::LabelIds& labels,
                        const Scores& scores, double threshold, const cli::OutputOptions& output) {
  train::LabelSets sets(labels.size());
  for (std::size_t k = 0; k < scores.size(); ++k) {
    std::vector<std::uint8_t> truth(labels.size()), found;
    for (const std::int32_t id : train::label_ids(set, set.texts[k], labels))
      truth[static_cast<std::size_t>(id)] = 1;
    for (const double score : scores[k]) found.push_back(score >= threshold);
    sets.add(truth, found);
  }
  cli::LabelRows rows;
  for (std::size_t c = 0; c < labels.size(); ++c) rows.emplace_back(labels[c], sets.label(c));
  std::string text;
  if (!output.records())
    return cli::number_line("accuracy", sets.accuracy()) +
           cli::number_line("macro F1", sets.macro_f1()) +
           cli::number_line("micro F1", sets.micro_f1()) + cli::count_line("texts", sets.texts()) +
           cli::label_table(rows);
  cli::ValueWriter writer(output.wire(), text);
  writer.object().put("accuracy", sets.accuracy()).put("macro_f1", sets.macro_f1());
  writer.put("micro_f1", sets.micro_f1()).put("texts", sets.texts());
  cli::put_labels(writer, rows);
  writer.end();
  return text + "\n";
}

// … a number.
std::string a_number(const train::TextSet& set, const Scores& scores,
                     const cli::OutputOptions& output) {
  std::vector<double> truth, found;
  double squares = 0;
  for (std::size_t k = 0; k < scores.size(); ++k) {
    truth.push_back(set.texts[k].number);
    found.push_back(scores[k].at(0));
    squares += (found[k] - truth[k]) * (found[k] - truth[k]);
  }
  const double spearman = train::spearman(truth, found), pearson = train::pearson(truth, found);
  const double error = std::sqrt(squares / static_cast<double>(scores.size()));
  std::string text;
  if (!output.records())
    return cli::number_line("spearman", spearman) + cli::number_line("pearson", pearson) +
           cli::number_line("rmse", error) + cli::count_line("texts", scores.size());
  cli::ValueWriter writer(output.wire(), text);
  writer.object().put("spearman", spearman).put("pearson", pearson).put("rmse", error);
  writer.put("texts", scores.size()).end();
  return text + "\n";
}

}  // namespace

int classify(int argc, char** argv) {
  cli::App app("evaluate classify");
  bool pairs = false;
  double threshold = 0.5;
  app.add_flag("--pairs", pairs, "Two texts in each row, before the label")->group("Input");
  app.add_option("--threshold", threshold,
                 "Where a text may have several labels: the score from which on it has one")
      ->type_name("SCORE")
      ->range(0.0, 1.0)
      ->capture_default_str();
  cli::ModelOptions model(app, "sentiment");
  cli::SetOptions input(app, {.map = true});
  cli::OutputOptions output(app, {.piped = "jsonl"});
  cli::OverflowOptions overflow(app, cli::OverflowOptions::Rule::window);
  cli::ComputeOptions compute(app);

  return app.run(argc, argv, [&] {
    const auto opened = cli::open(app, model, compute);
    const task::Classifier classifier(opened.model, opened.tokenizer,
                                      cli::fit_options(overflow, compute));
    const Target target = target_of(opened.model.config());
    const train::LabelIds labels(classifier.labels(), input.renamed());
    const auto set =
        train::read_texts(input.files, {.target = target, .pairs = pairs, .table = input.table()});
    app.messages().warn_of_repaired(set.repaired);
    for (const train::LabelledText& text : set.texts) train::label_ids(set, text, labels);

    Scores scores(set.texts.size());
    std::atomic<std::uint64_t> cut = 0;
    {
      cli::Progress progress(app.messages(), output.to_terminal(), "text");
      cli::for_each_part(set.texts.size(), opened.model, compute, progress,
                         [&](std::size_t first, std::size_t last, model::Workspace& workspace) {
                           std::vector<task::SplitInput> inputs;
                           for (std::size_t k = first; k < last; ++k) {
                             inputs.push_back(cli::at_place(set, set.texts[k].place, [&] {
                               const auto& text = set.texts[k];
                               return classifier.prepare(text.text, text.pair);
                             }));
                             cut += inputs.back().truncated;
                           }
                           auto found = classifier(inputs, workspace);
                           std::ranges::move(found,
                                             scores.begin() + static_cast<std::ptrdiff_t>(first));
                         });
    }
    app.messages().warn_of_cut(cut, "text");
    cli::write_result(output, target == Target::number ? a_number(set, scores, output)
                              : target == Target::labels
                                  ? many_labels(set, labels, scores, threshold, output)
                                  : one_label(set, labels, scores, output));
  });
}

}  // namespace nlp::evaluate_command
