// nlp-ner - find the names in texts.  Manual: man/ner.txt
#include "task/ner.hpp"

#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/marked_text.hpp"
#include "cli/opened.hpp"
#include "text/offsets.hpp"

namespace cli = nlp::cli;
namespace task = nlp::task;

namespace {

std::string_view part(std::string_view text, nlp::text::Span span) {
  return text.substr(span.start, span.size());
}

void put_entities(cli::ValueWriter& writer, const std::string& text,
                  const std::vector<task::Entity>& entities, nlp::text::Unit unit) {
  const nlp::text::Offsets offsets(text, unit);
  writer.put("text", text).key("entities").array();
  for (const task::Entity& entity : entities) {
    const auto span = offsets(entity.span);
    writer.object().put("label", entity.label).put("score", entity.score);
    writer.put("word", part(text, entity.span)).put("start", span.start).put("end", span.end).end();
  }
  writer.end();
}

// A line an entity, an empty one behind each record.
void write_lines(cli::Reply& reply, const std::string& text,
                 const std::vector<task::Entity>& entities, nlp::text::Unit unit) {
  const nlp::text::Offsets offsets(text, unit);
  for (const task::Entity& entity : entities) {
    const auto span = offsets(entity.span);
    std::string name(part(text, entity.span));
    std::ranges::replace(name, '\t', ' ');
    reply.line(fmt::format("{}\t{}\t{:.4f}\t{}\t{}", entity.label, name, entity.score, span.start,
                           span.end));
  }
  reply.line("");
}

void write_conll(cli::Reply& reply, const std::string& text,
                 const std::vector<task::TaggedWord>& words) {
  for (const task::TaggedWord& word : words)
    reply.line(fmt::format("{}\t{}", part(text, word.span), word.tag));
  reply.line("");
}

std::vector<cli::Mark> marks_of(const std::vector<task::Entity>& entities) {
  std::vector<cli::Mark> marks;
  for (const task::Entity& entity : entities)
    marks.push_back({entity.span, entity.label, entity.score});
  return marks;
}

}  // namespace

int main(int argc, char** argv) {
  cli::App app("ner");
  task::NerOptions options;
  app.add_choice("--aggregate", options.aggregate,
                 {{"word", task::Aggregate::word},
                  {"none", task::Aggregate::none},
                  {"simple", task::Aggregate::simple},
                  {"first", task::Aggregate::first},
                  {"average", task::Aggregate::average},
                  {"max", task::Aggregate::max}},
                 "How tokens become entities: whole words, or one of the reference's ways");
  cli::ModelOptions model(app, "ner");
  cli::InputOptions input(app, {.conll = true});
  cli::OutputOptions output(app, {.formats = {"text", "jsonl", "conll", "html"}, .offsets = true});
  cli::OverflowOptions overflow(app, cli::OverflowOptions::Rule::window, true);
  cli::ComputeOptions compute(app);

  return app.run(argc, argv, [&] {
    const auto opened = cli::open(app, model, compute);
    options.fit = cli::fit_options(overflow, compute);
    const task::Ner ner(opened.model, opened.tokenizer, options);
    const bool in_colour = app.color() && output.file().empty();
    const auto write = [&](cli::Reply& reply, const std::string& text,
                           const task::NerResult& found) {
      if (output.records())
        put_entities(reply.object(), text, found.entities, output.unit());
      else if (output.format() == "conll")
        write_conll(reply, text, found.words);
      else if (output.format() == "html")
        reply.line(cli::as_html(text, marks_of(found.entities)));
      else if (in_colour)
        reply.line(cli::in_colour(text, marks_of(found.entities)));
      else
        write_lines(reply, text, found.entities, output.unit());
    };
    const auto work = [&](auto records, auto replies, nlp::model::Workspace& workspace) {
      std::vector<task::NerText> texts;
      for (const cli::Record& record : records)
        texts.push_back(ner.prepare(record.text, record.words));
      const auto found = ner(texts, workspace);
      for (std::size_t k = 0; k < texts.size(); ++k) {
        write(replies[k], records[k].text, found[k]);
        if (texts[k].truncated) replies[k].truncated();
      }
    };
    cli::HeadedSink sink(output.format() == "html" ? cli::html_head("Entities") : "");
    cli::process(input, compute, output, cli::with_workspace(opened.model, compute, work), sink);
  });
}
