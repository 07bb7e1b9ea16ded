// nlp-classify - tell which label a text has.  Manual: man/classify.txt
#include "task/classify.hpp"

#include <fmt/format.h>

#include <atomic>
#include <set>

#include "base/error.hpp"
#include "cli/cli.hpp"
#include "cli/opened.hpp"
#include "cli/set_run.hpp"
#include "cli/token_record.hpp"
#include "task/cloze.hpp"
#include "task/embed.hpp"
#include "task/entailment.hpp"
#include "task/labelled_examples.hpp"
#include "task/trim.hpp"
#include "train/data/texts.hpp"

namespace cli = nlp::cli;
namespace task = nlp::task;
namespace train = nlp::train;

namespace {

struct Options {
  bool all = false, multi_label = false;
  std::vector<std::string> labels, examples;
  std::string statement;  // --template
  task::NearestOptions nearest;
};

// Labels a text as its nearest examples are.
struct ExampleClassifier {
  const task::Embedder& embed;
  task::LabelledExamples examples;

  const std::vector<std::string>& labels() const { return examples.labels(); }
  task::SplitInput prepare(std::string_view text) const { return embed.prepare(text); }
  std::vector<std::vector<double>> operator()(std::span<const task::SplitInput> texts,
                                              nlp::model::Workspace& workspace) const {
    std::vector<std::vector<double>> scores;
    for (const auto& vector : embed(texts, workspace)) scores.push_back(examples.scores(vector));
    return scores;
  }
};

// Reads the files of examples and takes their vectors.
task::LabelledExamples learn(const cli::App& app, const Options& options, const cli::Opened& opened,
                             const task::Embedder& embed, const cli::ComputeOptions& compute) {
  const train::TextSet set = train::read_texts(options.examples, {});
  app.messages().warn_of_repaired(set.repaired, "--examples");
  std::vector<std::vector<float>> vectors(set.texts.size());
  std::atomic<std::uint64_t> cut = 0;
  {
    cli::Progress progress(app.messages(), false, "example");
    cli::for_each_part(set.texts.size(), opened.model, compute, progress,
                       [&](std::size_t first, std::size_t last, nlp::model::Workspace& workspace) {
                         std::vector<task::SplitInput> inputs;
                         for (std::size_t k = first; k < last; ++k) {
                           inputs.push_back(cli::at_place(set, set.texts[k].place, [&] {
                             return embed.prepare(set.texts[k].text);
                           }));
                           cut += inputs.back().truncated;
                         }
                         std::ranges::move(embed(inputs, workspace),
                                           vectors.begin() + static_cast<std::ptrdiff_t>(first));
                       });
  }
  app.messages().warn_of_cut(cut, "text", "--examples");
  task::LabelledExamples examples(options.nearest);
  for (std::size_t k = 0; k < vectors.size(); ++k)
    examples.add(vectors[k], set.texts[k].labels.front());
  return examples;
}

void write(cli::Reply& reply, const cli::Record& record, const std::vector<std::string>& labels,
           const std::vector<double>& scores, bool all, bool records) {
  const auto order = task::best_first(scores);
  const std::size_t shown = all ? order.size() : 1;
  if (!records) {
    std::string line;
    for (std::size_t k = 0; k < shown; ++k)
      line += fmt::format("{}{}\t{:.4f}", k == 0 ? "" : "\t", labels[order[k]], scores[order[k]]);
    reply.line(line);
    return;
  }
  auto& writer = reply.object();
  cli::put_texts(writer, record);
  writer.put("label", labels[order[0]]).put("score", scores[order[0]]);
  if (!all) return;
  writer.key("labels").array();
  for (const std::size_t k : order)
    writer.object().put("label", labels[k]).put("score", scores[k]).end();
  writer.end();
}

// Labels without white space around them.
void check(Options& options) {
  std::set<std::string> seen;
  for (std::string& label : options.labels) {
    const auto span = task::trim(label, {0, static_cast<std::uint32_t>(label.size())});
    label = label.substr(span.start, span.size());
    if (label.empty() || !seen.insert(label).second)
      throw nlp::Error(
          nlp::Kind::usage,
          fmt::format("--labels: {}; remove it",
                      label.empty() ? "an empty label" : label + " stands there twice"));
  }
}

}  // namespace

int main(int argc, char** argv) {
  cli::App app("classify");
  Options options;
  app.add_flag("--all", options.all, "All labels, best first");
  auto* labels = app.add_option("--labels", options.labels,
                                "Other labels than the model's, separated by commas (zero-shot)")
                     ->type_name("LABELS")
                     ->delimiter(',');
  app.add_option("--template", options.statement,
                 "What a label makes of a text: with {} for the label, with a masked language "
                 "model also [MASK]")
      ->type_name("TEXT")
      ->needs(labels);
  app.add_flag("--multi-label", options.multi_label, "Several of --labels may be right")
      ->needs(labels);
  auto* examples = app.add_option("--examples", options.examples,
                                  "Texts with labels; the nearest ones tell a text's (few-shot)")
                       ->type_name("FILE")
                       ->excludes(labels);
  app.add_option("--nearest", options.nearest.nearest, "How many examples have a vote")
      ->type_name("N")
      ->range(1, 1000000)
      ->capture_default_str()
      ->needs(examples);
  app.add_choice("--votes", options.nearest.votes,
                 {{"similarity", task::Votes::similarity}, {"equal", task::Votes::equal}},
                 "What an example's vote counts")
      ->needs(examples);
  cli::ModelOptions model(app, "sentiment");
  cli::InputOptions input(app, {.pairs = true});
  cli::OutputOptions output(app);
  cli::OverflowOptions overflow(app, cli::OverflowOptions::Rule::window);
  cli::ComputeOptions compute(app);

  return app.run(argc, argv, [&] {
    check(options);
    const auto fit = cli::fit_options(overflow, compute);
    input.spec.pairs = options.labels.empty() && options.examples.empty();
    input.require_one_stdin(options.examples);
    const auto classify = [&](const cli::Opened& opened, const auto& classifier) {
      const auto prepare = [&](const cli::Record& record) {
        if constexpr (requires { classifier.prepare(record.text, record.pair); })
          return classifier.prepare(record.text, record.pair);
        else
          return classifier.prepare(record.text);
      };
      const auto work = [&](auto records, auto replies, nlp::model::Workspace& workspace) {
        std::vector<decltype(prepare(records[0]))> texts;
        for (const cli::Record& record : records) texts.push_back(prepare(record));
        const auto scores = classifier(texts, workspace);
        for (std::size_t k = 0; k < texts.size(); ++k) {
          write(replies[k], records[k], classifier.labels(), scores[k], options.all,
                output.records());
          if (texts[k].truncated) replies[k].truncated();
        }
      };
      cli::process(input, compute, output, cli::with_workspace(opened.model, compute, work));
    };

    if (!options.examples.empty()) {
      const auto directory = model.directory("embed");
      const auto modules = task::read_sentence_modules(directory);
      const auto opened = cli::open(app, modules.transformer, compute);
      if (!modules.found)
        app.messages().warn(directory.string() + ": says nothing of pooling; the mean is taken");
      task::EmbedOptions embedding;
      embedding.text.fit = fit;
      const task::Embedder embed(opened.model, opened.tokenizer, modules, embedding);
      return classify(opened,
                      ExampleClassifier{embed, learn(app, options, opened, embed, compute)});
    }
    if (options.labels.empty()) {
      const auto opened = cli::open(app, model, compute);
      return classify(opened, task::Classifier(opened.model, opened.tokenizer, fit));
    }
    const auto opened = cli::open(app, model.directory("default"), compute);
    using nlp::model::Head;
    if (opened.model.has(Head::sequence_classification) || !opened.model.has(Head::masked_lm)) {
      task::EntailmentOptions entailment{.labels = options.labels, .fit = fit};
      entailment.multi_label = options.multi_label;
      if (!options.statement.empty()) entailment.hypothesis = options.statement;
      return classify(opened,
                      task::EntailmentClassifier(opened.model, opened.tokenizer, entailment));
    }
    if (options.multi_label)
      throw nlp::Error(nlp::Kind::usage,
                       "--multi-label: a masked language model chooses among the labels; use a "
                       "model of natural language inference");
    task::ClozeOptions cloze{.labels = options.labels, .fit = fit};
    if (!options.statement.empty()) cloze.statement = options.statement;
    classify(opened, task::ClozeClassifier(opened.model, opened.tokenizer, cloze));
  });
}
