// nlp-predict - run the model's head: predictions and logits.  Manual: man/predict.txt
#include "task/predict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "base/error.hpp"
#include "cli/array_sink.hpp"
#include "cli/cli.hpp"
#include "cli/opened.hpp"
#include "cli/prediction.hpp"
#include "cli/stage_tokens.hpp"

namespace cli = nlp::cli;
namespace task = nlp::task;
using nlp::model::Head;
using nlp::tensor::Tensor;

namespace {

// The last layer's rows that an encoder has left in the record, if they are there.
std::optional<Tensor> rows_in(const cli::Record& record, const nlp::model::Config& config) {
  const cli::Field* hidden = record.find("hidden");
  if (hidden == nullptr) return std::nullopt;
  // One layer, or several by their numbers; without the last one the model runs again.
  auto last = record.find("hidden", std::to_string(config.layers));
  if (!last && record.find("hidden", "dtype")) last = *hidden;
  if (!last) return std::nullopt;
  const auto array = cli::floats_of(*last);
  const auto tokens = static_cast<std::int64_t>(record.integers("ids").size());
  // The rows of a layer where those of the output are wider.
  if (config.output_size != config.hidden_size &&
      array.shape == std::vector<std::int64_t>{tokens, config.hidden_size})
    return std::nullopt;
  if (array.shape != std::vector<std::int64_t>{tokens, config.output_size})
    throw nlp::Error(nlp::Kind::data,
                     fmt::format("field `hidden` (expected shape [{}, {}], got {}); was it made "
                                 "with another model?",
                                 tokens, config.output_size, nlp::tensor::to_string(array.shape)));
  Tensor rows({tokens, config.output_size});
  if (!array.values.empty())
    std::memcpy(rows.data(), array.values.data(), array.values.size() * sizeof(float));
  return rows;
}

}  // namespace

int main(int argc, char** argv) {
  cli::App app("predict");
  std::size_t top = 5;
  app.add_option("-k,--top", top, "Candidates of a mask")
      ->type_name("N")
      ->range(1, 1000000)
      ->capture_default_str();
  cli::ModelOptions model(app);
  cli::InputOptions input(app, {.pairs = true, .stages = true});
  cli::OutputOptions output(app,
                            {.formats = {"text", "jsonl", "npz"}, .stage = true, .offsets = true});
  cli::OverflowOptions overflow(app, cli::OverflowOptions::Rule::error);
  cli::ComputeOptions compute(app);

  return app.run(argc, argv, [&] {
    const auto opened = cli::open(app, model, compute);
    const auto heads = task::heads_of(opened.model);
    const auto fit = cli::fit_options(overflow, compute);
    const auto limit = task::input_limit(opened.model, opened.tokenizer.max_length(), fit);
    const bool text_wide = std::ranges::any_of(heads, task::is_text_wide);
    const bool arrays = output.format() == "npz";

    const auto predict = [&](const cli::Record& record, cli::Reply& reply,
                             const cli::StageTokens& tokens, const Tensor& rows,
                             nlp::model::Workspace& workspace) {
      const cli::WantedRows wanted(record, tokens, opened.tokenizer, arrays);
      const auto logits = task::run_heads(opened.model, heads, rows, wanted.rows, workspace);
      if (arrays) {
        reply.payload = cli::prediction_arrays(logits, rows.rows());
      } else if (output.records()) {
        cli::put_stage_tokens(reply, record, tokens, opened.tokenizer, output.unit());
        cli::put_predictions(reply.object(), logits, wanted, opened.model.config(),
                             opened.tokenizer, top);
      } else {
        cli::write_predictions(reply, logits, wanted, opened.model.config(), opened.tokenizer, top);
      }
      if (tokens.input.truncated) reply.truncated();
    };
    const auto work = [&](auto records, auto replies, nlp::model::Workspace& workspace) {
      std::vector<cli::StageTokens> tokens;
      std::vector<task::SplitInput> inputs;  // of the records whose rows are still to be made
      std::vector<std::size_t> places;
      for (std::size_t k = 0; k < records.size(); ++k) {
        if (const auto rows = rows_in(records[k], opened.model.config())) {
          cli::StageTokens given;
          given.given = true;
          given.encoding = cli::read_tokens(records[k], opened.tokenizer);
          predict(records[k], replies[k], given, *rows, workspace);
          tokens.push_back(std::move(given));
          continue;
        }
        tokens.push_back(cli::stage_tokens(records[k], opened.tokenizer, limit, fit));
        if (text_wide && tokens.back().input.pieces.size() > 1)
          throw nlp::Error(nlp::Kind::data,
                           "too long a text for a head that reads it at once; use --overflow "
                           "truncate, or nlp classify");
        inputs.push_back(tokens.back().input);
        places.push_back(k);
      }
      task::run_inputs(opened.model, inputs, {}, compute.batch_tokens(), workspace,
                       [&](std::size_t n, const task::TextRows& rows) {
                         const std::size_t k = places[n];
                         predict(records[k], replies[k], tokens[k], rows.last, workspace);
                       });
    };
    const auto make_worker = cli::with_workspace(opened.model, compute, work);
    if (!arrays) return cli::process(input, compute, output, make_worker);
    cli::ArraySink sink(cli::ArraySink::Format::npz,
                        cli::prediction_kinds(heads, opened.model.config()));
    cli::process(input, compute, output, make_worker, sink);
  });
}
