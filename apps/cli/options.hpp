// Groups of options that commands share.  A command makes those that it supports; every option of a
// group works in every command that shows it.  Values are read after App::run has parsed.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/app.hpp"
#include "cli/wire.hpp"
#include "model/run_options.hpp"
#include "task/windows.hpp"
#include "text/offsets.hpp"

namespace nlp::cli {

// -m/--model.
class ModelOptions {
 public:
  // `standard` names the shipped model that serves where neither -m nor NLP_MODEL is given; where
  // it does not come along, it is `default`.
  explicit ModelOptions(App& app, std::string standard = "default");

  // The directory of the model: as given, from the model store, or shipped.
  // Throws Error{model} telling where it was looked for.
  std::filesystem::path directory() const { return directory(standard_); }
  // The same with another shipped model: where options decide which one serves.
  std::filesystem::path directory(const std::string& standard) const;

  // The same without the shipped ones: of -m or NLP_MODEL.  Throws Error{usage} where neither is
  // given.
  std::filesystem::path named_directory() const;

  // -m: for what cannot be given beside it.
  Option* option() const { return option_; }

 private:
  std::optional<std::filesystem::path> find_named() const;

  Option* option_;
  std::string given_;
  std::string standard_;
};

// -t/--threads, --batch-tokens, --max-memory, and with `model` also --dtype, --no-cache,
// --attention-kernel, --features.
class ComputeOptions {
 public:
  struct Spec {
    bool model = true;  // the command computes with a model, not only with a tokenizer
  };
  explicit ComputeOptions(App& app) : ComputeOptions(app, Spec()) {}
  ComputeOptions(App& app, Spec spec);

  int threads() const;                                         // >= 1
  std::int64_t batch_tokens() const { return batch_tokens_; }  // tokens a worker computes at once
  const dnn::AttentionOptions& attention() const { return attention_; }
  const model::OpenOptions& open_options() const { return open_; }
  // For the workspace of one worker that computes with so many threads.  Under -v it tells what
  // another attention than the exact one does to the first text.
  model::RunOptions run_options(int threads) const;

 private:
  void add_model_options(App& app);

  const Messages& messages_;
  dnn::AttentionOptions attention_;
  int threads_ = 0;
  std::int64_t batch_tokens_ = 512;
  model::OpenOptions open_;
  std::uint64_t max_memory_ = 0;
  bool no_cache_ = false;
};

// FILE…, --input, --field, -0/--null, --crlf, --strict, --max-line, --on-error.
class InputOptions {
 public:
  struct Spec {
    bool pairs = false;  // the first tab of plain text, or the field `pair`, gives a second text
    // Of pairs: the field that holds the first text where it is there; `field` is then the second.
    std::string first = "";
    bool stages = false;      // reads what another stage wrote: detected by the first record
    bool conll = false;       // --input conll: sentences of a word a line
    bool ids = false;         // records need no text; see read_ids()
    bool files_only = false;  // FILE… alone, without options
  };
  explicit InputOptions(App& app) : InputOptions(app, Spec()) {}
  InputOptions(App& app, Spec spec);
  InputOptions(const InputOptions&) = delete;

  enum class Format { detect, text, jsonl, conll };

  // Records of ids come in, as another stage writes them.  Called before the input is read.
  void read_ids() {
    spec.ids = true;
    if (format == Format::text) format = Format::detect;
  }

  App& app() const { return app_; }
  // Throws Error{usage} where more than one of FILE and these options is stdin, `-`.
  void require_one_stdin(const std::vector<std::string>& others) const;
  Spec spec;
  std::vector<std::string> files;  // `-` is stdin; never empty once the input is opened
  Format format = Format::text;
  std::string field = "text";
  char separator() const { return null_ ? '\0' : '\n'; }
  bool crlf = false;
  bool strict = false;
  bool skip_errors = false;
  std::uint64_t max_line = 64 << 20;  // bytes of a record

 private:
  App& app_;
  bool null_ = false;
};

// -f/--format, --json, -o/--output, for stages --wire, where there are offsets --offsets.
class OutputOptions {
 public:
  struct Spec {
    std::vector<std::string> formats = {"text", "jsonl"};
    std::string piped = "";     // default where stdout is no terminal; empty: the first of formats
    std::string terminal = "";  // default where it is one; empty: the first of formats
    bool stage = false;         // jsonl unless stdout is a terminal; --wire
    bool offsets = false;       // --offsets
    // Whether these options leave the results arrays; else npy, npz and raw are refused, and jsonl
    // is the default in their place.  Empty: they do.
    std::function<bool()> has_arrays = {};
  };
  explicit OutputOptions(App& app) : OutputOptions(app, Spec()) {}
  OutputOptions(App& app, Spec spec);
  OutputOptions(const OutputOptions&) = delete;

  // One of the formats.
  const std::string& format() const { return format_; }
  // Whether replies are JSON or CBOR records (the format is jsonl).
  bool records() const { return format_ == "jsonl"; }
  Wire wire() const { return wire_; }
  text::Unit unit() const { return unit_; }
  // -o, or empty for stdout.
  const std::string& file() const { return file_; }
  bool to_terminal() const;

 private:
  void choose_format();

  Spec spec_;
  std::string format_;
  bool json_ = false;
  std::string file_;
  Wire wire_ = Wire::json;
  text::Unit unit_ = text::Unit::codepoints;
};

// --overflow, --window, --overlap: what happens to a text longer than the model takes.
class OverflowOptions {
 public:
  enum class Rule { window, truncate, error };
  // `merges`: the command makes rows for tokens, so that there is a --merge.
  OverflowOptions(App& app, Rule standard, bool merges = false);

  Rule rule() const { return rule_; }
  // Tokens, the template's included; absent: what the model takes.
  std::optional<std::int64_t> window() const { return window_; }
  // Tokens that two neighbouring windows share; absent: half a window.
  std::optional<std::int64_t> overlap() const { return overlap_; }
  task::Merge merge() const { return merge_; }

 private:
  Rule rule_;
  task::Merge merge_ = task::Merge::widest;
  std::optional<std::int64_t> window_;
  std::optional<std::int64_t> overlap_;
};

// What the library wants to know of both.
task::FitOptions fit_options(const OverflowOptions& overflow, const ComputeOptions& compute);

}  // namespace nlp::cli
