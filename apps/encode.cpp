// nlp-encode - run the encoder: hidden states and attention.  Manual: man/encode.txt
#include <fmt/format.h>

#include "base/error.hpp"
#include "cli/array_sink.hpp"
#include "cli/cli.hpp"
#include "cli/layers.hpp"
#include "cli/opened.hpp"
#include "cli/stage_tokens.hpp"

namespace cli = nlp::cli;
namespace task = nlp::task;
using nlp::npy::Type;
using nlp::tensor::Tensor;

namespace {

struct Wanted {
  std::vector<std::int64_t> layers;  // ascending; 0 the embeddings
  std::int64_t last = 0;             // the last layer
  bool last_apart = false;           // its rows are not the model's output
  bool attention = false;
};

// What the model has to keep: its output is there anyway.
nlp::model::Keep keep_of(const Wanted& wanted) {
  nlp::model::Keep keep;
  keep.attention = wanted.attention;
  keep.hidden.resize(static_cast<std::size_t>(wanted.last) + 1);
  bool any = false;
  for (const auto layer : wanted.layers)
    if (layer != wanted.last || wanted.last_apart)
      any = keep.hidden[static_cast<std::size_t>(layer)] = true;
  if (!any) keep.hidden.clear();
  return keep;
}

const Tensor& layer_of(const task::TextRows& rows, std::int64_t layer, const Wanted& wanted) {
  if (layer == wanted.last && !wanted.last_apart) return rows.last;
  return rows.hidden[static_cast<std::size_t>(layer)];
}

void put_tensor(cli::ValueWriter& writer, const Tensor& tensor) {
  writer.tensor(tensor.shape(), tensor.values());
}

void put_rows(cli::ValueWriter& writer, const task::TextRows& rows, const Wanted& wanted) {
  writer.key("hidden");
  if (wanted.layers.size() == 1) {
    put_tensor(writer, layer_of(rows, wanted.layers.front(), wanted));
  } else {
    writer.object();
    for (const auto layer : wanted.layers)
      put_tensor(writer.key(std::to_string(layer)), layer_of(rows, layer, wanted));
    writer.end();
  }
  if (!wanted.attention) return;
  writer.key("attention").object();
  for (std::size_t layer = 0; layer < rows.attention.size(); ++layer)
    put_tensor(writer.key(std::to_string(layer)), rows.attention[layer]);
  writer.end();
}

// A line a token: its surface and the first values of its row.
void write_lines(cli::Reply& reply, const std::vector<std::string>& tokens,
                 const task::TextRows& rows, const Wanted& wanted) {
  constexpr std::size_t kShown = 8;
  for (const auto layer : wanted.layers) {
    const Tensor& hidden = layer_of(rows, layer, wanted);
    for (std::int64_t t = 0; t < rows.last.rows(); ++t) {
      std::string line = wanted.layers.size() == 1 ? "" : fmt::format("{}\t", layer);
      line += tokens[static_cast<std::size_t>(t)];
      const auto row = hidden.row(t);
      for (const float value : row.first(std::min(kShown, row.size())))
        line += fmt::format("\t{:.4f}", value);
      reply.line(line + (row.size() > kShown ? "\t..." : ""));
    }
  }
  reply.line("");
}

std::vector<cli::ArrayKind> arrays_of(const nlp::model::Config& config, const Wanted& wanted) {
  std::vector<cli::ArrayKind> kinds;
  for (const char* name : {"input_ids", "attention_mask", "token_type_ids"})
    kinds.push_back({name, Type::int64, {cli::kRows}});
  for (const auto layer : wanted.layers)
    kinds.push_back(
        {fmt::format("hidden.{}", layer),
         Type::float32,
         {cli::kRows,
          layer == wanted.last && !wanted.last_apart ? config.output_size : config.hidden_size}});
  for (std::int64_t layer = 0; wanted.attention && layer < config.layers; ++layer)
    kinds.push_back({fmt::format("attention.{}", layer),
                     Type::float32,
                     {config.heads, cli::kRows, cli::kRows}});
  return kinds;
}

// The arrays of its tokens; those of its rows follow.
cli::RecordArrays token_arrays(const nlp::tokenizer::Encoding& encoding) {
  cli::RecordArrays arrays;
  arrays.rows = static_cast<std::int64_t>(encoding.size());
  arrays.add(encoding.ids);
  arrays.add(std::vector<std::int32_t>(encoding.size(), 1));
  arrays.add(encoding.type_ids);
  return arrays;
}

cli::RecordArrays record_arrays(const nlp::tokenizer::Encoding& encoding,
                                const task::TextRows& rows, const Wanted& wanted) {
  cli::RecordArrays arrays = token_arrays(encoding);
  for (const auto layer : wanted.layers) arrays.add(layer_of(rows, layer, wanted).values());
  for (const Tensor& attention : rows.attention) arrays.add(std::as_const(attention).values());
  return arrays;
}

}  // namespace

int main(int argc, char** argv) {
  cli::App app("encode");
  std::string layers = "-1";
  Wanted wanted;
  app.add_option("--layers", layers,
                 "Layers to write: all, or numbers: 0 the embeddings, -1 the last one")
      ->type_name("all|N,...")
      ->capture_default_str();
  app.add_flag("--attention", wanted.attention, "Write the attention of all layers");
  cli::ModelOptions model(app);
  cli::InputOptions input(app, {.pairs = true, .stages = true});
  cli::OutputOptions output(app,
                            {.formats = {"text", "jsonl", "npz"}, .stage = true, .offsets = true});
  cli::OverflowOptions overflow(app, cli::OverflowOptions::Rule::window, true);
  cli::ComputeOptions compute(app);

  app.after_parse([&] {
    if (wanted.attention && compute.attention().kernel == nlp::dnn::AttentionKernel::performer)
      throw nlp::Error(nlp::Kind::usage,
                       "--attention: the performer has no attention probabilities; use "
                       "--attention-kernel exact or blocked");
  });

  return app.run(argc, argv, [&] {
    const auto opened = cli::open(app, model, compute);
    const auto& config = opened.model.config();
    wanted.last = config.layers;
    wanted.layers = cli::parse_layers(layers, config.layers);
    // A model whose output is wider than its layers' rows gives it where one layer is asked for.
    wanted.last_apart = config.output_size != config.hidden_size && wanted.layers.size() > 1;
    const auto keep = keep_of(wanted);
    const auto fit = cli::fit_options(overflow, compute);
    const auto limit = task::input_limit(opened.model, opened.tokenizer.max_length(), fit);
    const auto write = [&](cli::Reply& reply, const cli::Record& record,
                           const cli::StageTokens& tokens, const task::TextRows& rows) {
      if (output.records()) {
        cli::put_stage_tokens(reply, record, tokens, opened.tokenizer, output.unit());
        put_rows(reply.object(), rows, wanted);
      } else if (output.format() == "npz") {
        reply.payload = record_arrays(tokens.encoding, rows, wanted);
      } else {
        write_lines(reply, opened.tokenizer.surfaces(tokens.encoding), rows, wanted);
      }
      if (tokens.input.truncated) reply.truncated();
    };
    const auto work = [&](auto records, auto replies, nlp::model::Workspace& workspace) {
      std::vector<cli::StageTokens> tokens;
      std::vector<task::SplitInput> inputs;
      for (const cli::Record& record : records) {
        tokens.push_back(cli::stage_tokens(record, opened.tokenizer, limit, fit));
        inputs.push_back(tokens.back().input);
        if (wanted.attention && inputs.back().pieces.size() > 1)
          throw nlp::Error(nlp::Kind::data,
                           "--attention: the text is read in windows, which have no attention to "
                           "each other; use --overflow truncate");
      }
      if (output.format() == "npz" && keep.hidden.empty() && !wanted.attention) {
        cli::RecordArrays arrays;  // of the text whose rows come
        const auto add = [&](std::size_t k, std::int64_t row, std::span<const float> values) {
          if (row == 0) arrays = token_arrays(tokens[k].encoding);
          arrays.add(values);
        };
        const auto end = [&](std::size_t k) {
          replies[k].payload = std::exchange(arrays, {});
          if (inputs[k].truncated) replies[k].truncated();
        };
        return task::stream_rows(opened.model, inputs, compute.batch_tokens(), workspace, add, end);
      }
      task::run_inputs(opened.model, inputs, keep, compute.batch_tokens(), workspace,
                       [&](std::size_t k, const task::TextRows& rows) {
                         write(replies[k], records[k], tokens[k], rows);
                       });
    };
    const auto make_worker = cli::with_workspace(opened.model, compute, work);
    if (output.format() != "npz") return cli::process(input, compute, output, make_worker);
    cli::ArraySink sink(cli::ArraySink::Format::npz, arrays_of(config, wanted));
    cli::process(input, compute, output, make_worker, sink);
  });
}
