#include "cli/set_options.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "cli/size.hpp"

namespace nlp::cli {

SetOptions::SetOptions(App& app, Spec spec) : app_(app) {
  const std::string group = "Input";
  app.add_option("files", files, "Files of the set; - or none is stdin")
      ->type_name("[FILE...]")
      ->group(group);
  if (spec.table) {
    app.add_choice<train::TableFormat>("--input", format_,
                                       {{"auto", train::TableFormat::by_name},
                                        {"tsv", train::TableFormat::tsv},
                                        {"csv", train::TableFormat::csv},
                                        {"jsonl", train::TableFormat::jsonl}},
                                       "What the files are; auto: CSV and JSON Lines by their "
                                       "names (.csv, .jsonl, .json, .ndjson), else TSV")
        ->group(group);
    app.add_choice<train::Header>("--header", header_,
                                  {{"auto", train::Header::detect},
                                   {"yes", train::Header::yes},
                                   {"no", train::Header::no}},
                                  "Whether the first line names the columns; auto: where it has "
                                  "the names of all that are needed")
        ->group(group);
  }
  if (spec.map)
    app.add_option("--map", map_, "A label that is to be read as another; may be given again")
        ->type_name("OLD=NEW")
        ->group(group);
  if (spec.unlabelled)
    app.add_option("--unlabelled", unlabelled,
                   "A kind of entity that nobody marked in these files; may be given again")
        ->type_name("KIND")
        ->group(group);
  add_size(app, "--max-line", max_line, "The longest line that is read")
      ->default_str("64M")
      ->group(group);
  app.after_parse([this] {
    if (!files.empty()) return;
    if (::isatty(STDIN_FILENO) == 1) throw NothingToRead();
    files = {"-"};
  });
}

train::TableOptions SetOptions::table() const {
  return {.format = format_, .header = header_, .max_line = max_line};
}

}  // namespace nlp::cli
