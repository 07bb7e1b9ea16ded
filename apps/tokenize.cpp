// nlp-tokenize - turn texts into tokens, or ids back into text.  Manual: man/tokenize.txt
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/cli.hpp"
#include "cli/opened.hpp"
#include "cli/token_record.hpp"

namespace cli = nlp::cli;

namespace {
struct Memory {
  nlp::tokenizer::Tokenizer::Workspace workspace;
  std::vector<std::int32_t> ids;
  std::string line;
};
}  // namespace

int main(int argc, char** argv) {
  cli::App app("tokenize");
  bool no_special = false, decode = false, keep_special = false;
  auto* special = app.add_flag("--no-special", no_special, "Leave the template's tokens out");
  auto* decoding = app.add_flag("--decode", decode, "Read records with ids, write their text");
  app.add_flag("--keep-special", keep_special, "With --decode: keep special tokens")
      ->needs(decoding);
  decoding->excludes(special);
  cli::ModelOptions model(app);
  cli::InputOptions input(app, {.pairs = true});
  cli::OutputOptions output(app,
                            {.formats = {"text", "ids", "jsonl"}, .stage = true, .offsets = true});
  cli::ComputeOptions compute(app, {.model = false});

  return app.run(argc, argv, [&] {
    const auto tokenizer = cli::open_tokenizer(app, model.directory());
    if (decode) input.read_ids();
    const auto write_ids = [&](const cli::Record& record, cli::Reply& reply, Memory& memory) {
      memory.ids.clear();
      tokenizer.encode_ids(record.text, record.pair, !no_special, memory.workspace, memory.ids);
      memory.line.clear();
      for (const std::int32_t id : memory.ids) {
        if (!memory.line.empty()) memory.line += ' ';
        const fmt::format_int digits(id);
        memory.line.append(digits.data(), digits.size());
      }
      reply.line(memory.line);
    };
    const auto tokenize = [&](const cli::Record& record, cli::Reply& reply) {
      const auto encoding = cli::encode(tokenizer, record, !no_special);
      if (output.records())
        cli::put_tokens(reply.object(), record, encoding, tokenizer.surfaces(encoding),
                        output.unit());
      else
        reply.line(fmt::format("{}", fmt::join(tokenizer.surfaces(encoding), " ")));
    };
    const auto detokenize = [&](const cli::Record& record, cli::Reply& reply) {
      const std::string text = tokenizer.decode(record.integers("ids"), !keep_special);
      if (output.records())
        reply.object().put("text", text);
      else
        reply.line(text);
    };
    const bool ids_alone = !output.records() && output.format() == "ids";
    cli::process(input, compute, output, [&](int /*threads*/) -> cli::Worker {
      const auto memory = std::make_shared<Memory>(Memory{tokenizer.workspace(), {}, {}});
      return [&, memory](std::span<const cli::Record> records, std::span<cli::Reply> replies) {
        for (std::size_t k = 0; k < records.size(); ++k) {
          if (decode)
            detokenize(records[k], replies[k]);
          else if (ids_alone)
            write_ids(records[k], replies[k], *memory);
          else
            tokenize(records[k], replies[k]);
        }
      };
    });
  });
}
