// nlp train tokenizer - make a tokenizer from text.  Manual: man/train-tokenizer.txt
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "base/cpu.hpp"
#include "base/error.hpp"
#include "cli/app.hpp"
#include "cli/output_file.hpp"
#include "cli/signals.hpp"
#include "train/commands.hpp"
#include "train/data/text_files.hpp"
#include "train/tokenizer/train_tokenizer.hpp"

namespace nlp::train_command {
namespace {

namespace fs = std::filesystem;
using train::TokenizerKind;

// Names as files; `-` stays.
std::vector<fs::path> files_of(const std::vector<std::string>& names) {
  std::vector<fs::path> files;
  for (const std::string& name : names) {
    if (name == "-") {
      if (std::ranges::find(files, fs::path(name)) != files.end())
        throw Error(Kind::usage, "-: stdin is given twice; it can be read once");
      files.emplace_back(name);
      continue;
    }
    const fs::path path[] = {name};
    for (const fs::path& file : train::text_files(path)) files.push_back(file);
  }
  return files;
}

// Before the work is done, not behind it.
void check_target(const fs::path& target) {
  const bool one_file = target.extension() == ".json";
  const fs::path folder = one_file ? target.parent_path() : target;
  std::error_code ignored;
  if (one_file && fs::is_directory(target, ignored))
    throw Error(Kind::io, target.string() + ": is a directory; name a file, or another directory");
  if (!folder.empty() && fs::exists(folder, ignored) && !fs::is_directory(folder, ignored))
    throw Error(Kind::io, folder.string() + ": is no directory; end the name of a file in .json");
  if (one_file && !folder.empty() && !fs::exists(folder, ignored))
    throw Error(Kind::io, folder.string() + ": no such directory; make it first");
}

}  // namespace

int tokenizer(int argc, char** argv) {
  cli::App app("train tokenizer");
  train::TokenizerOptions options;
  std::vector<std::string> names;
  std::string target;
  app.add_option("texts", names, "Files of text, or directories; - or none is stdin")
      ->type_name("TEXT...");
  app.add_choice<TokenizerKind>("--type", options.kind,
                                {{"wordpiece", TokenizerKind::wordpiece},
                                 {"bpe", TokenizerKind::bpe},
                                 {"unigram", TokenizerKind::unigram}},
                                "The kind of tokenizer")
      ->required()
      ->default_str("");
  app.add_option("-o,--output", target,
                 "The file to write, which ends in .json, or the directory of a model")
      ->type_name("FILE")
      ->required();
  app.add_option("--vocab", options.vocab, "Tokens in all, special ones included; at most")
      ->type_name("N")
      ->range(1, 1 << 24)
      ->capture_default_str();
  app.add_option("--min-frequency", options.min_frequency,
                 "How often a pair must occur to be merged, or a piece to be tried")
      ->type_name("N")
      ->range(std::uint64_t{0}, std::numeric_limits<std::uint64_t>::max())
      ->capture_default_str();
  auto* limit = app.add_option("--limit-alphabet", options.limit_alphabet,
                               "Characters at most, the most frequent ones (not of bpe)")
                    ->type_name("N")
                    ->range(1, 1 << 21)
                    ->capture_default_str();
  app.add_option("--special", options.special, "One more special token; may be repeated")
      ->type_name("TOKEN");
  app.add_flag("--cased", options.cased, "wordpiece: keep case and accents");
  app.add_option("-t,--threads", options.threads,
                 "Threads; else as many as the process may use (affinity, cgroup quota)")
      ->type_name("N")
      ->range(1, 4096)
      ->default_str("");

  options.threads = 0;
  return app.run(argc, argv, [&] {
    if (limit->count() > 0 && options.kind == TokenizerKind::bpe)
      throw Error(Kind::usage, "--limit-alphabet: the alphabet of bpe is the 256 bytes");
    if (names.empty()) {
      if (::isatty(STDIN_FILENO) == 1) throw cli::NothingToRead();
      names = {"-"};
    }
    if (options.threads == 0) options.threads = usable_cpus();
    const auto files = files_of(names);
    check_target(target);
    train::TokenizerReport report;
    {
      cli::Progress progress(app.messages(), false, "line");
      options.told = [&](std::uint64_t lines) { progress.add(lines); };
      report = train::train_tokenizer(files, options);
    }
    cli::defer_signals();
    train::write_tokenizer(report.tokenizer, target);
    app.messages().warn_of_repaired(report.repaired);
    if (report.too_long > 0)
      app.messages().warn(
          fmt::format("{} longer than 4096 bytes left out", cli::counted(report.too_long, "word")));
    if (report.tokenizer.tokens.size() < options.vocab)
      app.messages().warn(fmt::format("{}: {}, not {}: the text has no more", target,
                                      cli::counted(report.tokenizer.tokens.size(), "token"),
                                      options.vocab));
    app.messages().info(fmt::format("{}: {} from {} with {} different words", target,
                                    cli::counted(report.tokenizer.tokens.size(), "token"),
                                    cli::counted(report.lines, "line"), report.words));
  });
}

}  // namespace nlp::train_command
