// nlp-embed - turn texts into vectors.  Manual: man/embed.txt
#include "task/embed.hpp"

#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/embedding_options.hpp"
#include "cli/opened.hpp"
#include "cli/vector_output.hpp"
#include "task/splade.hpp"

namespace cli = nlp::cli;
namespace task = nlp::task;

namespace {

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
  std::optional<std::string> prompt;
  bool sparse = false;
  cli::EmbeddingOptions embedding(app, {.rows = true});
  app.add_option("--prompt", prompt,
                 "A text to put before each one, or the name of one of the model's prompts")
      ->type_name("TEXT");
  cli::PrecisionOptions precision(app);
  auto* words =
      app.add_flag("--sparse", sparse, "Words with weights in place of a vector (SPLADE)");
  embedding.exclude(words);
  precision.exclude(words);
  cli::ModelOptions model(app, "embed");
  cli::InputOptions input(app);
  cli::OutputOptions output(app, {.formats = {"npy", "npz", "raw", "jsonl", "text"},
                                  .piped = "npy",
                                  .terminal = "text",
                                  .has_arrays = [&] { return !sparse; }});
  cli::OverflowOptions overflow(app, cli::OverflowOptions::Rule::window, true);
  cli::ComputeOptions compute(app);

  return app.run(argc, argv, [&] {
    input.require_one_stdin({precision.ranges_file()});
    const auto modules = task::read_sentence_modules(model.directory());
    const auto opened = cli::open(app, modules.transformer, compute);
    const task::TextOptions text{prompt, cli::fit_options(overflow, compute)};
    if (sparse) {
      const task::SparseEmbedder terms(opened.model, opened.tokenizer, modules, text);
      return write_sparse(opened, terms, input, compute, output);
    }
    auto options = embedding.read(modules, model.directory());
    options.text = text;
    const task::Embedder embed(opened.model, opened.tokenizer, modules, options);
    cli::VectorOutput vectors(app, output, precision, {embed.size(), embed.keeps_rows()});
    const auto work = [&](auto records, auto replies, nlp::model::Workspace& workspace) {
      std::vector<task::SplitInput> texts;
      for (const cli::Record& record : records) texts.push_back(embed.prepare(record.text));
      const auto values = embed(texts, workspace);
      for (std::size_t k = 0; k < texts.size(); ++k) {
        vectors.put(replies[k], records[k], values[k]);
        if (texts[k].truncated) replies[k].truncated();
      }
    };
    cli::process(input, compute, output, cli::with_workspace(opened.model, compute, work),
                 vectors.sink());
  });
}
