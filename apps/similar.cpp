// nlp-similar - find the lines of a corpus that are nearest to a text.  Manual: man/similar.txt
#include <fmt/format.h>

#include "base/error.hpp"
#include "cli/cli.hpp"
#include "cli/corpus.hpp"
#include "cli/embedding_options.hpp"
#include "cli/opened.hpp"
#include "task/embed.hpp"

namespace cli = nlp::cli;
namespace task = nlp::task;

namespace {

// By its name on the command line or in the model's files.
task::Similarity similarity_named(const std::string& name) {
  if (name == "cosine") return task::Similarity::cosine;
  if (name == "dot") return task::Similarity::dot;
  throw nlp::Error(nlp::Kind::model,
                   fmt::format("similarity_fn_name {} is not supported; choose --similarity cosine "
                               "or dot",
                               name));
}

void write_matches(cli::Reply& reply, const cli::Record& record, bool records,
                   const std::vector<task::Match>& matches, const cli::Corpus& corpus) {
  if (!records) {
    for (const task::Match& match : matches)
      reply.line(fmt::format("{:.4f}\t{}\t{}", match.score, match.row + 1,
                             corpus.text(match.row).value_or("")));
    return reply.line("");
  }
  auto& writer = reply.object().put("text", record.text).key("matches").array();
  for (const task::Match& match : matches) {
    writer.object().put("line", match.row + 1).put("score", match.score);
    if (const auto text = corpus.text(match.row)) writer.put("text", *text);
    writer.end();
  }
  writer.end();
}

}  // namespace

int main(int argc, char** argv) {
  cli::App app("similar");
  std::string file, texts, ranges, similarity;
  std::optional<std::string> prompt, corpus_prompt;
  std::optional<std::int64_t> rescore;
  std::int64_t top = 5;
  app.add_option("--corpus", file,
                 "What is searched: lines of text, or vectors of nlp embed (.npy)")
      ->type_name("FILE")
      ->required();
  app.add_option("--texts", texts, "The lines that a corpus of vectors was made of")
      ->type_name("FILE");
  app.add_option("-k,--top", top, "Matches of a text")
      ->type_name("N")
      ->range(std::int64_t{1}, std::int64_t{1000000})
      ->capture_default_str();
  app.add_choice("--similarity", similarity, {"cosine", "dot"},
                 "How vectors are compared; else as the model says");
  app.add_option("--rescore", rescore,
                 "Of a binary corpus: take N times as many, and order them by the text's numbers")
      ->type_name("N")
      ->range(std::int64_t{1}, std::int64_t{1000});
  app.add_option("--ranges", ranges, "Of an int8 or uint8 corpus: what nlp embed had as --ranges")
      ->type_name("FILE");
  app.add_option("--prompt", prompt,
                 "A text to put before each one, or the name of one of the model's prompts")
      ->type_name("TEXT");
  app.add_option("--corpus-prompt", corpus_prompt, "The same before each line of the corpus")
      ->type_name("TEXT");
  cli::EmbeddingOptions embedding(app, {});
  cli::ModelOptions model(app, "embed");
  cli::InputOptions input(app);
  cli::OutputOptions output(app);
  cli::OverflowOptions overflow(app, cli::OverflowOptions::Rule::window, true);
  cli::ComputeOptions compute(app);

  return app.run(argc, argv, [&] {
    input.require_one_stdin({file, texts, ranges});
    cli::Corpus corpus(file, texts, input);
    if (corpus_prompt && !corpus.is_text())
      throw nlp::Error(
          nlp::Kind::usage,
          fmt::format("--corpus-prompt: {} holds vectors; it counts when they are made", file));
    const auto modules = task::read_sentence_modules(model.directory());
    auto options = embedding.read(modules, model.directory());
    options.text.fit = cli::fit_options(overflow, compute);
    options.text.prompt = prompt ? prompt : task::query_prompt(modules);
    const auto compared = similarity_named(similarity.empty() ? modules.similarity : similarity);
    const auto opened = cli::open(app, modules.transformer, compute);
    const task::Embedder embed(opened.model, opened.tokenizer, modules, options);
    if (corpus.is_text()) {
      options.text.prompt = corpus_prompt ? corpus_prompt : task::document_prompt(modules);
      const task::Embedder documents(opened.model, opened.tokenizer, modules, options);
      corpus.embed(documents, opened.model, compute, input, output.to_terminal());
    }
    corpus.prepare(
        {embed.size(), compared, !similarity.empty(), rescore, ranges, compute.threads()});

    const auto work = [&](auto records, auto replies, nlp::model::Workspace& workspace) {
      std::vector<task::SplitInput> queries;
      for (const cli::Record& record : records) queries.push_back(embed.prepare(record.text));
      const auto matches = corpus.nearest(embed(queries, workspace), top);
      for (std::size_t k = 0; k < queries.size(); ++k) {
        write_matches(replies[k], records[k], output.records(), matches[k], corpus);
        if (queries[k].truncated) replies[k].truncated();
      }
    };
    cli::process(input, compute, output, cli::with_workspace(opened.model, compute, work));
  });
}
