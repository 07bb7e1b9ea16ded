#include <unistd.h>

#include <algorithm>

#include "base/error.hpp"
#include "cli/options.hpp"

namespace nlp::cli {
namespace {
bool is_binary(const std::string& format) {
  return format == "npy" || format == "npz" || format == "raw";
}
}  // namespace

OutputOptions::OutputOptions(App& app, Spec spec) : spec_(std::move(spec)) {
  const std::string group = "Output";
  if (spec_.piped.empty()) spec_.piped = spec_.stage ? "jsonl" : spec_.formats.front();
  if (spec_.terminal.empty()) spec_.terminal = spec_.formats.front();
  const std::string standard = spec_.piped == spec_.terminal
                                   ? spec_.piped
                                   : spec_.piped + ", on a terminal " + spec_.terminal;
  app.add_choice("-f,--format", format_, spec_.formats, "How results are written")
      ->default_str(standard)
      ->group(group);
  app.add_flag("--json", json_, "Short for -f jsonl")->group(group);
  app.add_option("-o,--output", file_, "Write to FILE, which appears whole or not at all")
      ->type_name("FILE")
      ->group(group);
  if (spec_.stage)
    app.add_choice("--wire", wire_, {{"json", Wire::json}, {"cbor", Wire::cbor}},
                   "How records are written for the next program")
        ->group(group);
  if (spec_.offsets)
    app.add_choice("--offsets", unit_,
                   {{"codepoints", text::Unit::codepoints},
                    {"bytes", text::Unit::bytes},
                    {"utf16", text::Unit::utf16}},
                   "What offsets count")
        ->group(group);
  app.after_parse([this] { choose_format(); });
}

bool OutputOptions::to_terminal() const { return file_.empty() && ::isatty(STDOUT_FILENO) == 1; }

void OutputOptions::choose_format() {
  if (file_ == "-") file_.clear();
  const bool given = !format_.empty();
  if (json_ && given && format_ != "jsonl")
    throw Error(Kind::usage, "--json and --format " + format_ + ": choose one");
  if (json_) format_ = "jsonl";
  if (wire_ == Wire::cbor) {
    if (given && format_ != "jsonl")
      throw Error(Kind::usage, "--wire cbor: writes records, not --format " + format_);
    format_ = "jsonl";
  }
  const bool arrays = !spec_.has_arrays || spec_.has_arrays();
  if (!arrays && is_binary(format_))
    throw Error(Kind::usage,
                "--format " + format_ +
                    ": with these options the results are no arrays; use jsonl or text");
  if (format_.empty()) format_ = to_terminal() ? spec_.terminal : spec_.piped;
  if (!arrays && is_binary(format_)) format_ = "jsonl";
  if (to_terminal() && (is_binary(format_) || wire_ == Wire::cbor))
    throw Error(Kind::usage, "stdout is a terminal, the results are binary; use -o FILE or a pipe");
}

}  // namespace nlp::cli
