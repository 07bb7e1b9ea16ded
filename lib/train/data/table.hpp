// Rows of named columns: TSV, CSV and JSON Lines.
//   TSV   columns are set apart by tabs; no quotes, no escapes
//   CSV   RFC 4180: commas; a field in double quotes may hold commas, line ends and, doubled,
//   quotes JSON  an object a line; columns are its members
// Empty lines are passed over.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "train/data/set_file.hpp"

namespace nlp::train {

enum class TableFormat {
  by_name,  // .csv, .json, .jsonl, .ndjson as they say; all else is TSV
  tsv,
  csv,
  jsonl,
};

// Whether the first line of TSV or CSV names the columns.
enum class Header {
  detect,  // it does where all columns that must be there are named in it
  yes,     // columns that it does not name are taken by place
  no,
};

struct TableOptions {
  TableFormat format = TableFormat::by_name;
  Header header = Header::detect;
  std::uint64_t max_line = kMaxLine;
};

struct Column {
  std::string name;                      // as messages, headers and JSON call it
  std::vector<std::string> other_names;  // that headers and JSON may use, too
  bool optional = false;                 // may be missing; behind those that must be there
  bool may_be_object = false;            // else a JSON object is refused
};

struct Cell {
  enum class Type { absent, text, number, list, object };
  Type type = Type::absent;        // TSV and CSV know text only
  std::string text;                // a number or an object as it was written
  std::vector<std::string> items;  // of a JSON array

  bool is_absent() const { return type == Type::absent; }
};

class Table {
 public:
  // Opens `path`; `-` is stdin.  Throws Error{data}.
  Table(const std::string& path, std::vector<Column> columns, const TableOptions& options);

  // The next row [columns]; false at the end.
  // Throws Error{data} `FILE:LINE: what; what to do`: columns missing or too many, broken JSON or
  // quotes, a line too long.
  bool next(std::vector<Cell>& dst);

  std::uint64_t line() const { return row_line_; }  // where the row begins
  std::uint64_t repaired() const { return file_.repaired() + lone_; }
  Error error(const std::string& what) const { return file_.error(row_line_, what); }

 private:
  bool next_fields(std::vector<std::string>& dst);
  void next_csv(std::string line, std::vector<std::string>& dst);
  bool read_header(const std::vector<std::string>& fields);
  void take_fields(std::vector<std::string>& fields, std::vector<Cell>& dst) const;
  void take_json(std::string_view line, std::vector<Cell>& dst);
  std::string expected() const;

  SetFile file_;
  std::vector<Column> columns_;
  TableFormat format_;
  Header header_;
  std::uint64_t row_line_ = 0;
  std::uint64_t lone_ = 0;                          // surrogates of JSON, which became U+FFFD
  std::size_t width_ = 0;                           // fields of a row under a header
  std::vector<std::optional<std::size_t>> fields_;  // [columns] their fields; empty: by place
};

}  // namespace nlp::train
