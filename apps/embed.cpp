// nlp-embed - turn texts into vectors.  Manual: man/embed.txt
#include "task/embed.hpp"

#include <fmt/format.h>

#include "cli/array_sink.hpp"
#include "cli/cli.hpp"
#include "cli/opened.hpp"
#include "task/splade.hpp"

namespace cli = nlp::cli;
namespace task = nlp::task;

namespace {

using Poolings = std::optional<std::vector<task::Pooling>>;

void put_vector(cli::ValueWriter& writer, std::span<const float> values, bool rows,
                std::int64_t size) {
  if (!rows) {
    writer.value(values);
    return;
  }
  writer.array();
  for (; !values.empty(); values = values.subspan(static_cast<std::size_t>(size)))
    writer.value(values.first(static_cast<std::size_t>(size)));
  writer.end();
}

void put_terms(cli::Reply& reply, const cli::Record& record, const std::vector<task::Term>& terms,
               const nlp::tokenizer::Tokenizer& tokenizer, bool records) {
  if (!records) {
    std::string line;
    for (const task::Term& term : terms)
      line += fmt::format("{}{}:{:.4f}", line.empty() ? "" : " ", tokenizer.token_of(term.id),
                          term.weight);
    reply.line(line);
    return;
  }
  auto& writer = reply.object().put("text", record.text).key("terms").array();
  for (const task::Term& term : terms) {
    const auto token = tokenizer.token_of(term.id);
    writer.object().put("id", term.id).key("token");
    // A row of the decoder that stands for no token.
    if (token.data() == nullptr)
      writer.value(nullptr);
    else
      writer.value(token);
    writer.put("weight", term.weight).end();
  }
  writer.end();
}

void write_sparse(const cli::Opened& opened, const task::SparseEmbedder& embed,
                  const cli::InputOptions& input, const cli::ComputeOptions& compute,
                  const cli::OutputOptions& output) {
  const auto work = [&](auto records, auto replies, nlp::model::Workspace& workspace) {
    std::vector<task::SplitInput> texts;
    for (const cli::Record& record : records) texts.push_back(embed.prepare(record.text));
    const auto terms = embed(texts, workspace);
    for (std::size_t k = 0; k < texts.size(); ++k) {
      put_terms(replies[k], records[k], terms[k], opened.tokenizer, output.records());
      if (texts[k].truncated) replies[k].truncated();
    }
  };
  cli::process(input, compute, output, cli::with_workspace(opened.model, compute, work));
}

}  // namespace

int main(int argc, char** argv) {
  cli::App app("embed");
  task::EmbedOptions options;
  std::string pooling;
  bool sparse = false;
  const std::vector<std::pair<std::string, Poolings::value_type>> poolings = {
      {"mean", {task::Pooling::mean}},
      {"cls", {task::Pooling::cls}},
      {"max", {task::Pooling::max}},
      {"last", {task::Pooling::last}},
      {"none", {}}};
  auto* pooled =
      app.add_choice("--pooling", pooling, {"mean", "cls", "max", "last", "none"},
                     "How rows become one vector (none: they stay), else as the model says");
  auto* normalized =
      app.add_flag("--normalize,!--no-normalize", options.normalize,
                   "Make vectors of length 1, or leave them as they are; else as the model says");
  app.add_option("--prompt", options.text.prompt,
                 "A text to put before each one, or the name of one of the model's prompts")
      ->type_name("TEXT");
  auto* dims = app.add_option("--dims", options.dims, "Keep the first N numbers of a vector")
                   ->type_name("N")
                   ->range(1, 1 << 30);
  app.add_flag("--sparse", sparse, "Words with weights in place of a vector (SPLADE)")
      ->excludes(pooled)
      ->excludes(normalized)
      ->excludes(dims);
  cli::ModelOptions model(app);
  cli::InputOptions input(app);
  cli::OutputOptions output(app, {.formats = {"npy", "jsonl", "text"},
                                  .piped = "npy",
                                  .terminal = "text",
                                  .has_arrays = [&] { return !sparse; }});
  cli::OverflowOptions overflow(app, cli::OverflowOptions::Rule::window, true);
  cli::ComputeOptions compute(app);

  return app.run(argc, argv, [&] {
    const auto modules = task::read_sentence_modules(model.directory());
    const auto opened = cli::open(app, modules.transformer, compute);
    for (const auto& [name, modes] : poolings)
      if (name == pooling) options.pooling = modes;
    options.text.fit = cli::fit_options(overflow, compute);
    if (sparse) {
      const task::SparseEmbedder terms(opened.model, opened.tokenizer, modules, options.text);
      return write_sparse(opened, terms, input, compute, output);
    }
    if (!modules.found && pooling.empty())
      app.messages().warn(model.directory().string() +
                          ": says nothing of pooling; the mean is taken (--pooling)");
    const task::Embedder embed(opened.model, opened.tokenizer, modules, options);
    const bool arrays = output.format() == "npy";

    const auto write = [&](cli::Reply& reply, const cli::Record& record,
                           const std::vector<float>& values) {
      if (output.records()) {
        auto& writer = reply.object().put("text", record.text).key("embedding");
        put_vector(writer, values, embed.keeps_rows(), embed.size());
      } else if (arrays) {
        cli::RecordArrays part;
        part.rows = static_cast<std::int64_t>(values.size()) / embed.size();
        part.add(values);
        reply.payload = std::move(part);
      } else {
        const auto size = static_cast<std::size_t>(embed.size());
        for (std::size_t at = 0; at < values.size(); at += size)
          reply.line(fmt::format("{}", fmt::join(std::span(values).subspan(at, size), " ")));
        if (embed.keeps_rows()) reply.line("");
      }
    };
    const auto work = [&](auto records, auto replies, nlp::model::Workspace& workspace) {
      std::vector<task::SplitInput> texts;
      for (const cli::Record& record : records) texts.push_back(embed.prepare(record.text));
      const auto vectors = embed(texts, workspace);
      for (std::size_t k = 0; k < texts.size(); ++k) {
        write(replies[k], records[k], vectors[k]);
        if (texts[k].truncated) replies[k].truncated();
      }
    };
    const auto make_worker = cli::with_workspace(opened.model, compute, work);
    if (!arrays) return cli::process(input, compute, output, make_worker);
    std::vector<std::int64_t> shape = {embed.size()};
    if (embed.keeps_rows()) shape.insert(shape.begin(), cli::kRows);
    cli::ArraySink sink(cli::ArraySink::Format::npy, {{"", nlp::npy::Type::float32, shape}});
    cli::process(input, compute, output, make_worker, sink);
  });
}
