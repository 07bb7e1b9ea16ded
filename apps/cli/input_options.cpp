#include <unistd.h>

#include <algorithm>

#include "base/error.hpp"
#include "cli/options.hpp"
#include "cli/size.hpp"

namespace nlp::cli {

InputOptions::InputOptions(App& app, Spec given)
    : spec(given), format(given.stages ? Format::detect : Format::text), app_(app) {
  const std::string group = "Input";
  app.add_option("files", files, "Files to read; - or none is stdin")
      ->type_name("[FILE...]")
      ->group(group);
  app.after_parse([this] {
    if (!files.empty()) return;
    if (::isatty(STDIN_FILENO) == 1) throw NothingToRead();
    files = {"-"};
  });
  if (spec.files_only) return;
  std::vector<std::pair<std::string, Format>> formats = {{"text", Format::text},
                                                         {"jsonl", Format::jsonl}};
  if (spec.stages) formats.insert(formats.begin(), {"auto", Format::detect});
  if (spec.conll) formats.emplace_back("conll", Format::conll);
  app.add_choice("--input", format, formats,
                 spec.stages ? "What the input is; auto: told by the first record (JSON or CBOR "
                               "records of a stage, else text)"
                             : "What the input is")
      ->group(group);
  app.add_option("--field", field, "The field that holds the text in JSON Lines")
      ->type_name("NAME")
      ->capture_default_str()
      ->group(group);
  app.add_flag("-0,--null", null_, "Records end with NUL, not newline, in and out")->group(group);
  app.add_flag("--crlf", crlf, "Strip a carriage return at the end of a line")->group(group);
  app.add_flag("--strict", strict, "Stop at invalid UTF-8 instead of replacing it")->group(group);
  add_size(app, "--max-line", max_line, "The longest record that is read")
      ->default_str("64M")
      ->group(group);
  app.add_choice<bool>("--on-error", skip_errors, {{"stop", false}, {"skip", true}},
                       "At a bad record: stop, or write {\"error\": ...} in its place")
      ->group(group);
}

void InputOptions::require_one_stdin(const std::vector<std::string>& others) const {
  if (std::ranges::count(files, "-") + std::ranges::count(others, "-") > 1)
    throw Error(Kind::usage,
                "stdin can be read once: as FILE or by an option; name a file for the others");
}

}  // namespace nlp::cli
