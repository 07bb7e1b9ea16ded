// nlp plot attention - what the tokens of a text attend to.  Manual: man/plot-attention.txt
#include "task/attention.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/error.hpp"
#include "cli/cli.hpp"
#include "cli/input.hpp"
#include "cli/opened.hpp"
#include "cli/picture_options.hpp"
#include "cli/stage_tokens.hpp"
#include "cli/token_labels.hpp"
#include "plot/attention/picture.hpp"
#include "plot/commands.hpp"

namespace nlp::plot_command {
namespace {

constexpr const char* kAll = "all";
constexpr const char* kMean = "mean";

struct Wanted {
  std::vector<std::int64_t> layers, heads;  // of `mean` no heads
  bool rollout = false;
};

// `all`, or one of 0 to count - 1; negative ones from the end.
std::vector<std::int64_t> numbers_of(const char* option, const std::string& text,
                                     std::int64_t count) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(count));
  for (std::int64_t k = 0; k < count; ++k) all[static_cast<std::size_t>(k)] = k;
  if (text == kAll) return all;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number >= count ||
      number < -count)
    throw Error(Kind::usage,
                fmt::format("{}: the model has none of it (expected {}{} or {} to {}, "
                            "got {})",
                            option, std::string_view(option) == "--head" ? "mean, " : "", kAll,
                            -count, count - 1, text));
  return {number < 0 ? number + count : number};
}

// The record of this number, counted from 1; 0: the only one.
cli::Record read_record(const cli::InputOptions& options, std::uint64_t number) {
  cli::Input input(options);
  cli::RawRecord raw;
  std::optional<cli::RawRecord> found;
  std::uint64_t records = 0;
  while (input.next(raw, true) == cli::Input::Next::record) {
    ++records;
    if (records == std::max<std::uint64_t>(number, 1)) found = raw;
    if (number > 0 && found) break;
    if (records > 1 && number == 0)
      throw Error(Kind::usage,
                  fmt::format("{}:{}: a second text (expected one); name one by --record N",
                              *raw.file, raw.line));
  }
  if (!found)
    throw Error(Kind::data, number > 0 ? fmt::format("--record {}: no such text (there are {})",
                                                     number, records)
                                       : std::string("no text; give a line of text"));
  return cli::parse_record(std::move(*found), options);
}

plot::Values values_of(const tensor::Tensor& square) {
  const auto tokens = static_cast<int>(square.rows());
  return {tokens, tokens, {square.values().begin(), square.values().end()}};
}

void add_layer(const std::vector<tensor::Tensor>& attention, std::int64_t layer,
               const Wanted& wanted, plot::AttentionMaps& maps) {
  const auto k = static_cast<std::size_t>(layer);
  const std::string name = wanted.layers.size() > 1 ? fmt::format("layer {}", layer) : "";
  if (wanted.rollout)
    maps.panels.push_back(
        {name, values_of(task::attention_rollout(std::span(attention).first(k + 1)))});
  else if (wanted.heads.empty())
    maps.panels.push_back({name, values_of(task::mean_attention(attention[k]))});
  for (const auto head : wanted.heads)
    maps.panels.push_back({fmt::format("{}{}head {}", name, name.empty() ? "" : ", ", head),
                           values_of(task::attention_head(attention[k], head))});
}

std::string title_of(const Wanted& wanted, const model::Config& config) {
  const std::string layers =
      wanted.layers.size() > 1
          ? "all layers"
          : fmt::format("layer {} of 0 to {}", wanted.layers.front(), config.layers - 1);
  if (wanted.rollout) return fmt::format("Attention rollout, {}", layers);
  const std::string heads = wanted.heads.empty() ? fmt::format("mean of {} heads", config.heads)
                            : wanted.heads.size() > 1
                                ? std::string("all heads")
                                : fmt::format("head {}", wanted.heads.front());
  return fmt::format("Attention, {}, {}", layers, heads);
}

// As square a grid as there can be; all layers and heads have a row for each layer.
int columns_of(const Wanted& wanted, std::size_t panels) {
  if (wanted.layers.size() > 1 && wanted.heads.size() > 1)
    return static_cast<int>(wanted.heads.size());
  return static_cast<int>(std::ceil(std::sqrt(static_cast<double>(panels))));
}

// attention [T,T], before that the axes of what is drawn several times: layers, heads.
std::vector<cli::PictureArray> arrays_of(const plot::AttentionMaps& maps, const Wanted& wanted,
                                         const std::vector<std::int32_t>& ids) {
  const auto tokens = static_cast<std::int64_t>(ids.size());
  cli::PictureArray attention{"attention", {}, npy::Type::float32, {}};
  for (const auto& panel : maps.panels)
    attention.values.insert(attention.values.end(), panel.values.values.begin(),
                            panel.values.values.end());
  for (const auto& axis : {wanted.layers, wanted.heads})
    if (axis.size() > 1) attention.shape.push_back(static_cast<std::int64_t>(axis.size()));
  attention.shape.insert(attention.shape.end(), {tokens, tokens});
  return {attention, {"input_ids", {ids.begin(), ids.end()}, npy::Type::int64}};
}

}  // namespace

int attention(int argc, char** argv) {
  cli::App app("plot attention");
  std::string layer = "-1", head = kMean;
  Wanted wanted;
  std::uint64_t record_number = 0;
  plot::AttentionMaps maps;
  app.add_option("--layer", layer, "A layer: 0 the first one, -1 the last one; or all")
      ->type_name("N|all")
      ->capture_default_str();
  auto* of_head = app.add_option("--head", head, "A head from 0 on, the mean of all, or all")
                      ->type_name("N|mean|all")
                      ->capture_default_str();
  app.add_flag(
         "--rollout", wanted.rollout,
         "How attention flows through all layers up to this one, with the residual connections")
      ->excludes(of_head);
  app.add_option("--max", maps.most, "The value of the darkest colour; else the largest one")
      ->type_name("X")
      ->range(1e-6, 1.0)
      ->default_str("");
  app.add_option("--record", record_number, "Which text of several, counted from 1")
      ->type_name("N")
      ->check([](const std::string& given) {
        return given.find_first_not_of('0') == std::string::npos ? "texts are counted from 1" : "";
      })
      ->default_str("");
  cli::ModelOptions model(app);
  cli::InputOptions input(app, {.pairs = true, .stages = true, .files_only = true});
  cli::PictureOptions picture(app, {0, 0});
  cli::OverflowOptions overflow(app, cli::OverflowOptions::Rule::error);
  cli::ComputeOptions compute(app);

  app.after_parse([&] {
    if (compute.attention().kernel == dnn::AttentionKernel::performer)
      throw Error(Kind::usage,
                  "--attention-kernel: the performer has no attention probabilities; use exact or "
                  "blocked");
  });

  return app.run(argc, argv, [&] {
    const auto opened = cli::open(app, model, compute);
    const auto& config = opened.model.config();
    wanted.layers = numbers_of("--layer", layer, config.layers);
    if (head != kMean) wanted.heads = numbers_of("--head", head, config.heads);
    const auto record = read_record(input, record_number);
    app.messages().warn_of_repaired(record.repaired);
    auto fit = cli::fit_options(overflow, compute);
    fit.may_window = false;
    const auto limit = task::input_limit(opened.model, opened.tokenizer.max_length(), fit);
    const auto tokens = cli::stage_tokens(record, opened.tokenizer, limit, fit);
    if (tokens.input.pieces.size() > 1)
      throw Error(Kind::data,
                  "the text is read in windows, which have no attention to each other; use "
                  "--overflow truncate");
    if (tokens.input.truncated) app.messages().warn("the text was cut, it is too long");
    if (tokens.encoding.ids.empty()) throw Error(Kind::data, "no tokens; give a line of text");

    task::TextRows rows;
    const auto workspace = opened.model.workspace(compute.run_options(compute.threads()));
    task::run_inputs(opened.model, {&tokens.input, 1}, {.hidden = {}, .attention = true},
                     compute.batch_tokens(), *workspace,
                     [&](std::size_t, task::TextRows& got) { rows = std::move(got); });
    for (const auto k : wanted.layers) add_layer(rows.attention, k, wanted, maps);
    maps.columns = columns_of(wanted, maps.panels.size());
    maps.tokens = cli::token_labels(opened.tokenizer, tokens.encoding, record);
    maps.title = picture.title().empty() ? title_of(wanted, config) : picture.title();
    maps.row_name = "from";
    maps.column_name = "to";

    std::string bytes;
    if (picture.is_blocks()) {
      bytes = plot::attention_blocks(maps, picture.cells(1).columns, picture.given_height(),
                                     app.color());
    } else {
      const auto size = plot::attention_size(maps);
      picture.set_standard({size.width, size.height});
      const auto drawn = plot::draw_attention(maps, picture.width(), picture.height());
      bytes = picture.file(drawn.picture, drawn.hover);
    }
    picture.write(bytes, arrays_of(maps, wanted, tokens.encoding.ids));
  });
}

}  // namespace nlp::plot_command
