// nlp evaluate ner - how well names are found.  Manual: man/evaluate-ner.txt
#include "task/ner.hpp"

#include <fmt/format.h>

#include <atomic>
#include <set>

#include "cli/evaluation_report.hpp"
#include "cli/set_options.hpp"
#include "cli/set_run.hpp"
#include "evaluate/commands.hpp"
#include "train/data/tagged.hpp"
#include "train/evaluate/spans.hpp"

namespace nlp::evaluate_command {
namespace {

// The entities of the set; those that are ignored have no span.
std::vector<train::WordSpan> true_spans(const train::TagSet& set,
                                        const train::TaggedSentence& sentence) {
  std::vector<std::string> tags;
  for (const train::WordTag tag : sentence.tags)
    tags.push_back(tag.kind < 0 ? "O"
                                : (tag.begins ? "B-" : "I-") +
                                      set.kinds[static_cast<std::size_t>(tag.kind)]);
  return train::spans_of(tags);
}

// The entities of the model under their new names, without those of kinds that nobody marked.
std::vector<train::WordSpan> found_spans(const task::NerResult& result,
                                         const train::Renamed& renamed,
                                         const std::set<std::string>& left_out) {
  std::vector<std::string> tags;
  for (const task::TaggedWord& word : result.words) tags.push_back(word.tag);
  auto spans = train::spans_of(tags);
  for (train::WordSpan& span : spans)
    if (const auto other = renamed.find(span.kind); other != renamed.end())
      span.kind = other->second;
  std::erase_if(spans, [&](const train::WordSpan& span) { return left_out.contains(span.kind); });
  return spans;
}

void warn_of_kinds(const cli::Messages& messages, const train::TagSet& set,
                   const task::LabelScheme& scheme, const train::Renamed& renamed) {
  std::set<std::string> known;
  for (std::size_t label = 0; label < scheme.size(); ++label) {
    const auto other = renamed.find(scheme[label].kind);
    known.insert(other == renamed.end() ? scheme[label].kind : other->second);
  }
  for (const std::string& kind : set.kinds)
    if (!known.contains(kind))
      messages.warn(
          fmt::format("the model knows no {}: all of them count as missed; --map {}=NEW "
                      "reads them as another, --map {}=O leaves them out",
                      kind, kind, kind));
}

std::string report(const train::SpanScores& scores, std::size_t sentences,
                   const cli::OutputOptions& output) {
  const train::Hits all = scores.all();
  const cli::LabelRows rows(scores.kinds.begin(), scores.kinds.end());
  std::string text;
  if (!output.records())
    return cli::number_line("precision", all.precision()) +
           cli::number_line("recall", all.recall()) + cli::number_line("F1", all.f1()) +
           cli::count_line("entities", all.truth) + cli::count_line("sentences", sentences) +
           cli::label_table(rows);
  cli::ValueWriter writer(output.wire(), text);
  writer.object().put("precision", all.precision()).put("recall", all.recall());
  writer.put("f1", all.f1()).put("entities", all.truth).put("sentences", sentences);
  cli::put_labels(writer, rows);
  writer.end();
  return text + "\n";
}

}  // namespace

int ner(int argc, char** argv) {
  cli::App app("evaluate ner");
  cli::ModelOptions model(app, "ner");
  cli::SetOptions input(app, {.table = false, .map = true, .unlabelled = true});
  cli::OutputOptions output(app, {.piped = "jsonl"});
  cli::OverflowOptions overflow(app, cli::OverflowOptions::Rule::window, true);
  cli::ComputeOptions compute(app);

  return app.run(argc, argv, [&] {
    const auto opened = cli::open(app, model, compute);
    task::NerOptions options;
    options.fit = cli::fit_options(overflow, compute);
    const task::Ner ner(opened.model, opened.tokenizer, options);
    const auto renamed = input.renamed();
    const auto set = train::read_tagged(
        input.files,
        {.renamed = renamed, .unlabelled = input.unlabelled, .max_line = input.max_line});
    app.messages().warn_of_repaired(set.repaired);
    warn_of_kinds(app.messages(), set, task::LabelScheme(opened.model.config().labels), renamed);
    std::set<std::string> left_out(set.unlabelled.begin(), set.unlabelled.end());
    left_out.insert("O");

    std::vector<train::SpanScores> parts(set.sentences.size());
    std::atomic<std::uint64_t> cut = 0;
    {
      cli::Progress progress(app.messages(), output.to_terminal(), "sentence");
      cli::for_each_part(set.sentences.size(), opened.model, compute, progress,
                         [&](std::size_t first, std::size_t last, model::Workspace& workspace) {
                           std::vector<task::NerText> texts;
                           for (std::size_t k = first; k < last; ++k) {
                             texts.push_back(cli::at_place(set, set.sentences[k].place, [&] {
                               return ner.prepare(set.sentences[k].text, set.sentences[k].words);
                             }));
                             cut += texts.back().truncated;
                           }
                           const auto found = ner(texts, workspace);
                           for (std::size_t k = first; k < last; ++k)
                             parts[k].add(true_spans(set, set.sentences[k]),
                                          found_spans(found[k - first], renamed, left_out));
                         });
    }
    app.messages().warn_of_cut(cut, "sentence");
    train::SpanScores scores;
    for (const train::SpanScores& part : parts) scores += part;
    cli::write_result(output, report(scores, set.sentences.size(), output));
  });
}

}  // namespace nlp::evaluate_command
