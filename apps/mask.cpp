// nlp-mask - hide words or tokens for a model to guess.  Manual: man/mask.txt
#include <fmt/format.h>

#include <random>

#include "base/error.hpp"
#include "base/random.hpp"
#include "cli/cli.hpp"
#include "cli/opened.hpp"
#include "cli/token_record.hpp"
#include "mask/places.hpp"
#include "mask/tokens.hpp"
#include "mask/vocabulary.hpp"
#include "mask/words.hpp"
#include "text/offsets.hpp"

namespace cli = nlp::cli;
namespace mask = nlp::mask;
using nlp::tokenizer::Encoding;
using nlp::tokenizer::Tokenizer;

namespace {

void put_words(cli::ValueWriter& writer, const std::string& original,
               const mask::MaskedText& masked, nlp::text::Unit unit) {
  const nlp::text::Offsets offsets(original, unit);
  writer.put("text", masked.text).put("original", original).key("masked").array();
  for (const auto span : masked.masked) {
    const auto shown = offsets(span);
    writer.object().put("word", std::string_view(original).substr(span.start, span.size()));
    writer.put("start", shown.start).put("end", shown.end).end();
  }
  writer.end();
}

// The tokens of a record as words, those that were replaced by their names in the vocabulary.
std::vector<std::string> surfaces(const Tokenizer& tokenizer, const cli::Record& record,
                                  const Encoding& before, const std::vector<std::int32_t>& ids) {
  std::vector<std::string> tokens;
  if (record.has("tokens"))
    tokens = record.strings("tokens");
  else if (!cli::has_tokens(record))
    tokens = tokenizer.surfaces(before);
  const bool known = tokens.size() == ids.size();
  tokens.resize(ids.size());
  for (std::size_t t = 0; t < ids.size(); ++t)
    if (!known || ids[t] != before.ids[t]) tokens[t] = tokenizer.token_of(ids[t]);
  return tokens;
}

}  // namespace

int main(int argc, char** argv) {
  cli::App app("mask");
  std::size_t words = 1;
  mask::Policy policy;
  bool whole_word = false, span = false;
  auto* count = app.add_option("--words", words, "Words to mask in plain text, drawn at random")
                    ->type_name("N")
                    ->range(0, 1000000)
                    ->capture_default_str();
  const auto share = [&](const char* name, double& value, const char* what) {
    return app.add_option(name, value, what)
        ->type_name("SHARE")
        ->range(0.0, 1.0)
        ->capture_default_str()
        ->excludes(count);
  };
  std::vector<cli::Option*> of_tokens = {
      share("--probability", policy.probability, "Mask tokens: the share that is chosen"),
      share("--keep", policy.keep, "Of the chosen tokens: the share that stays as it is"),
      share("--random", policy.random, "Of the chosen tokens: the share that becomes another")};
  of_tokens.push_back(app.add_flag("--whole-word", whole_word, "Mask all tokens of a word or none")
                          ->excludes(count));
  of_tokens.push_back(app.add_flag("--span", span, "Mask runs of words")
                          ->excludes(count)
                          ->excludes(of_tokens.back()));
  auto* seeded = app.add_option("--seed", policy.seed, "Draw the same again; else by chance")
                     ->type_name("N")
                     ->range(std::uint64_t{0}, ~std::uint64_t{0});
  cli::ModelOptions model(app);
  cli::InputOptions input(app, {.stages = true});
  cli::OutputOptions output(app, {.stage = true, .offsets = true});
  cli::ComputeOptions compute(app, {.model = false});

  return app.run(argc, argv, [&] {
    const auto tokenizer = cli::open_tokenizer(app, model.directory());
    const auto mask_id = tokenizer.mask_id();
    if (!mask_id)
      throw nlp::Error(nlp::Kind::model, model.directory().string() +
                                             ": no mask token; take a masked language model");
    bool tokens = false;
    for (const cli::Option* option : of_tokens) tokens = tokens || option->count() > 0;
    input.spec.pairs = tokens;
    if (seeded->count() == 0) policy.seed = std::random_device()();
    policy.unit = whole_word ? mask::Policy::Unit::word
                  : span     ? mask::Policy::Unit::span
                             : mask::Policy::Unit::token;
    const mask::TokenMasker masker(policy, *mask_id, mask::ordinary_ids(tokenizer));

    const auto mask_text = [&](const cli::Record& record, cli::Reply& reply) {
      const auto places = mask::maskable_words(tokenizer, record.text);
      const auto masked = mask::mask_words(record.text, places, words, tokenizer.mask_token(),
                                           nlp::Random(policy.seed, record.index));
      if (output.records())
        put_words(reply.object(), record.text, masked, output.unit());
      else
        reply.line(masked.text);
    };
    const auto mask_tokens = [&](const cli::Record& record, cli::Reply& reply) {
      if (count->count() > 0)
        throw nlp::Error(nlp::Kind::data,
                         "a record of tokens; --words masks plain text, --probability tokens");
      auto encoding = cli::tokens_of(tokenizer, record);
      const auto masked =
          masker(encoding.ids, mask::maskable_tokens(tokenizer, encoding),
                 mask::word_numbers(tokenizer, encoding, record.text), record.index);
      const auto names = surfaces(tokenizer, record, encoding, masked.ids);
      if (!output.records()) return reply.line(fmt::format("{}", fmt::join(names, " ")));
      auto& writer = reply.object();
      if (cli::has_tokens(record)) {
        cli::put_texts(writer, record);
        writer.put("tokens", names).put("ids", masked.ids);
      } else {
        encoding.ids = masked.ids;
        cli::put_tokens(writer, record, encoding, names, output.unit());
      }
      writer.put("labels", masked.labels);
    };
    cli::process(input, compute, output, [&](int /*threads*/) -> cli::Worker {
      return [&](std::span<const cli::Record> records, std::span<cli::Reply> replies) {
        for (std::size_t k = 0; k < records.size(); ++k)
          tokens || cli::has_tokens(records[k]) ? mask_tokens(records[k], replies[k])
                                                : mask_text(records[k], replies[k]);
      };
    });
  });
}
