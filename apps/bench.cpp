// nlp-bench - measure how fast a model computes here.  Manual: man/bench.txt
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "cli/bench_report.hpp"
#include "cli/cli.hpp"
#include "cli/opened.hpp"
#include "cli/text_lines.hpp"
#include "dnn/version.hpp"
#include "task/model_bench.hpp"

namespace cli = nlp::cli;
namespace task = nlp::task;
using nlp::dnn::ComputeType;

namespace {

constexpr ComputeType kTypes[] = {ComputeType::f32, ComputeType::bf16, ComputeType::int8};

// Those of the words, else those that the machine has kernels for.
std::vector<ComputeType> types_of(const std::vector<std::string>& words) {
  std::vector<ComputeType> types;
  for (const ComputeType type : kTypes) {
    const bool named = std::ranges::find(words, name_of(type)) != words.end();
    if (words.empty() ? nlp::dnn::Device(type).used() == type : named) types.push_back(type);
  }
  return types;
}

// Makes tokens of all lines, one after the other on the calling thread.
task::Work tokenizer_work(const nlp::tokenizer::Tokenizer& tokenizer,
                          const std::vector<std::string>& lines) {
  struct Memory {
    nlp::tokenizer::Tokenizer::Workspace workspace;
    std::vector<std::int32_t> ids;
  };
  const auto memory = std::make_shared<Memory>(Memory{tokenizer.workspace(), {}});
  return {[&tokenizer, &lines, memory](std::int64_t rounds) {
    for (std::int64_t k = 0; k < rounds; ++k)
      for (const std::string& line : lines) {
        memory->ids.clear();
        tokenizer.encode_ids(line, {}, true, memory->workspace, memory->ids);
      }
  }};
}

}  // namespace

int main(int argc, char** argv) {
  cli::App app("bench");
  std::vector<std::string> files, dtypes;
  task::BenchOptions options;
  task::MeasureOptions measure;
  app.add_option("files", files, "Texts, a line each; - or none is stdin, unless a terminal")
      ->type_name("[FILE...]")
      ->group("Input");
  cli::ModelOptions model(app);
  app.add_option("--dtype", dtypes, "Numbers that the layers multiply; else all that are fast here")
      ->type_name("f32,bf16,int8")
      ->delimiter(',')
      ->check([](const std::string& given) -> std::string {
        for (const ComputeType type : kTypes)
          if (given == name_of(type)) return "";
        return fmt::format("`{}` is none of f32, bf16, int8", given);
      })
      ->group("Measures");
  auto* lengths =
      app.add_option("--lengths", options.lengths, "Tokens of the uniform texts, a measure each")
          ->type_name("N,...")
          ->delimiter(',')
          ->range(std::int64_t{1}, std::int64_t{1} << 20)
          ->default_str("16,128,512, as far as the model takes them")
          ->group("Measures");
  app.add_option("--texts", options.texts, "Uniform texts of each length")
      ->type_name("N")
      ->range(std::int64_t{1}, std::int64_t{1} << 20)
      ->capture_default_str()
      ->group("Measures");
  app.add_option("--repeat", measure.repeat, "Runs of each measure, of which the best counts")
      ->type_name("N")
      ->range(1, 10000)
      ->capture_default_str()
      ->group("Measures");
  app.add_option("--seconds", measure.seconds, "Least time of a run")
      ->type_name("SECONDS")
      ->range(0.0, 3600.0)
      ->capture_default_str()
      ->group("Measures");
  cli::OutputOptions output(app);
  cli::OverflowOptions overflow(app, cli::OverflowOptions::Rule::window);
  cli::ComputeOptions compute(app, {.model = false});

  return app.run(argc, argv, [&] {
    const auto modules = task::read_sentence_modules(model.directory());
    const auto tokenizer = cli::open_tokenizer(app, modules.transformer);
    if (lengths->count() == 0) {
      const auto most = nlp::model::read_config(modules.transformer).max_tokens;
      std::erase_if(options.lengths, [&](std::int64_t length) { return length > most; });
    }
    if (files.empty() && ::isatty(STDIN_FILENO) != 1) files = {"-"};
    const auto lines = cli::read_text_lines(files, app.messages());
    options.threads = compute.threads();
    options.batch_tokens = compute.batch_tokens();
    options.fit = cli::fit_options(overflow, compute);

    std::vector<std::unique_ptr<task::ModelBench>> models;
    std::vector<task::Work> works;
    for (const ComputeType type : types_of(dtypes)) {
      models.push_back(
          std::make_unique<task::ModelBench>(modules, tokenizer, type, options, lines));
      std::ranges::copy(models.back()->works(), std::back_inserter(works));
    }
    const std::size_t each = works.size() / models.size();
    if (!lines.empty()) works.push_back(tokenizer_work(tokenizer, lines));
    const auto timings = task::measure(works, measure);

    cli::BenchReport report{.model = model.directory().string(),
                            .onednn = nlp::dnn::version_string(),
                            .isa = nlp::dnn::isa_name(),
                            .options = options,
                            .measure = measure,
                            .types = {},
                            .lines = static_cast<std::int64_t>(lines.size()),
                            .tokenizer = {}};
    for (const std::string& line : lines) report.line_bytes += line.size();
    for (std::size_t k = 0; k < models.size(); ++k)
      report.types.push_back(models[k]->result(std::span(timings).subspan(k * each, each)));
    if (!lines.empty()) report.tokenizer = timings.back();
    cli::OutputFile file(output.file());
    file.write(output.records() ? cli::json_of(report) : cli::text_of(report));
    file.commit();
  });
}
