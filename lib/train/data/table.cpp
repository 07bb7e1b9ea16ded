#include "train/data/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/json_text.hpp"

namespace nlp::train {
namespace {

namespace json = json_text;

TableFormat format_of(const std::string& path) {
  std::string suffix = path.substr(std::min(path.rfind('.'), path.size()));
  for (char& c : suffix)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (suffix == ".csv") return TableFormat::csv;
  const bool is_json = suffix == ".json" || suffix == ".jsonl" || suffix == ".ndjson";
  return is_json ? TableFormat::jsonl : TableFormat::tsv;
}

bool is_called(const Column& column, const std::string& name) {
  return column.name == name ||
         std::ranges::find(column.other_names, name) != column.other_names.end();
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t") == line.npos; }

// A string or number as text; nothing for what is neither.
std::optional<std::string> scalar(std::string_view raw, std::uint64_t& repaired) {
  switch (json::type_of(raw)) {
    case json::Type::string:
      return json::decode(raw, repaired);
    case json::Type::number:
    case json::Type::boolean:
      return std::string(raw);
    default:
      return std::nullopt;
  }
}

}  // namespace

Table::Table(const std::string& path, std::vector<Column> columns, const TableOptions& options)
    : file_(path, options.max_line),
      columns_(std::move(columns)),
      format_(options.format == TableFormat::by_name ? format_of(path) : options.format),
      header_(options.header) {}

std::string Table::expected() const {
  const char* between = format_ == TableFormat::csv ? "," : " TAB ";
  std::string names;
  for (const Column& column : columns_) {
    const std::string name = (names.empty() ? "" : between) + column.name;
    names += column.optional ? "[" + name + "]" : name;
  }
  return names;
}

bool Table::next(std::vector<Cell>& dst) {
  std::vector<std::string> fields;
  if (format_ == TableFormat::jsonl) {
    std::string line;
    do {
      if (!file_.next(line)) return false;
    } while (is_blank(line));
    row_line_ = file_.line();
    take_json(line, dst);
    return true;
  }
  if (!next_fields(fields)) return false;
  if (header_ != Header::no && read_header(fields) && !next_fields(fields)) return false;
  header_ = Header::no;
  take_fields(fields, dst);
  return true;
}

bool Table::next_fields(std::vector<std::string>& dst) {
  std::string line;
  do {
    if (!file_.next(line)) return false;
  } while (line.empty());
  row_line_ = file_.line();
  dst.clear();
  if (format_ == TableFormat::csv) {
    next_csv(std::move(line), dst);
    return true;
  }
  for (std::size_t from = 0;;) {
    const std::size_t tab = line.find('\t', from);
    dst.push_back(line.substr(from, tab - from));
    if (tab == line.npos) return true;
    from = tab + 1;
  }
}

void Table::next_csv(std::string line, std::vector<std::string>& dst) {
  std::uint64_t size = line.size();
  for (std::size_t at = 0;; ++at) {  // behind a comma, or at the row's start
    std::string field;
    if (line.substr(at, 1) != "\"") {
      const std::size_t comma = std::min(line.find(',', at), line.size());
      field = line.substr(at, comma - at);
      at = comma;
    } else {
      for (++at;; ++at) {
        if (at == line.size()) {  // the field goes on in the next line
          if (!file_.next(line))
            throw error("a quote that nothing closes; close it, or double a quote that is text");
          size += line.size() + 1;
          if (size > file_.max_line())
            throw error(
                fmt::format("row too long (expected {} bytes at most); shorten it, or "
                            "close a quote",
                            file_.max_line()));
          field += '\n';
          at = static_cast<std::size_t>(-1);
        } else if (line[at] != '"') {
          field += line[at];
        } else if (line.substr(at + 1, 1) == "\"") {
          field += line[++at];
        } else {
          break;
        }
      }
      if (++at < line.size() && line[at] != ',')
        throw error("text behind a closing quote; double a quote that is text");
    }
    dst.push_back(std::move(field));
    if (at >= line.size()) return;
  }
}

// Whether the fields were a header.
bool Table::read_header(const std::vector<std::string>& fields) {
  std::vector<std::optional<std::size_t>> found;
  bool all = true;
  for (const Column& column : columns_) {
    const auto field = std::ranges::find_if(
        fields, [&](const std::string& name) { return is_called(column, name); });
    found.emplace_back();
    if (field != fields.end()) found.back() = static_cast<std::size_t>(field - fields.begin());
    all = all && (found.back() || column.optional);
  }
  if (!all) return header_ == Header::yes;
  width_ = fields.size();
  fields_ = std::move(found);
  return true;
}

void Table::take_fields(std::vector<std::string>& fields, std::vector<Cell>& dst) const {
  const auto needed = static_cast<std::size_t>(
      std::ranges::count_if(columns_, [](const Column& column) { return !column.optional; }));
  const bool named = !fields_.empty();
  if (named ? fields.size() != width_ : fields.size() < needed || fields.size() > columns_.size())
    throw error(named
                    ? fmt::format("columns of a row (expected {} as in the header, got {}); mend "
                                  "the line",
                                  width_, fields.size())
                    : fmt::format("columns of a row (expected {}, got {}); mend the line, or name "
                                  "the columns in a first line",
                                  expected(), fields.size()));
  dst.assign(columns_.size(), {});
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    const auto field = named ? fields_[c] : std::optional(c);
    if (!field || *field >= fields.size()) continue;
    dst[c].type = Cell::Type::text;
    dst[c].text = std::move(fields[*field]);
  }
}

void Table::take_json(std::string_view line, std::vector<Cell>& dst) {
  dst.assign(columns_.size(), {});
  std::string_view object;
  try {
    object = json::check(line);
  } catch (const Error& broken) {
    throw error(std::string(broken.what()) + "; mend the line");
  }
  if (json::type_of(object) != json::Type::object)
    throw error("no row (expected a JSON object); mend the line");
  const auto members = json::members(object);
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    for (const auto& member : members) {
      if (!is_called(columns_[c], member.key)) continue;
      const auto type = json::type_of(member.raw);
      Cell& cell = dst[c];
      cell = {};
      if (type == json::Type::null) continue;
      const auto refuse = [&] {
        return error(
            fmt::format("{}: not a text, a number or a list of them; mend the line", member.key));
      };
      if (type == json::Type::array) {
        cell.type = Cell::Type::list;
        for (const std::string_view raw : json::items(member.raw)) {
          const auto item = scalar(raw, lone_);
          if (!item) throw refuse();
          cell.items.push_back(*item);
        }
        continue;
      }
      if (type == json::Type::object && columns_[c].may_be_object) {
        cell.type = Cell::Type::object;
        cell.text = member.raw;
        continue;
      }
      auto text = scalar(member.raw, lone_);
      if (!text) throw refuse();
      cell.type = type == json::Type::number ? Cell::Type::number : Cell::Type::text;
      cell.text = std::move(*text);
    }
    if (dst[c].is_absent() && !columns_[c].optional)
      throw error(fmt::format("no `{}` (expected {{\"{}\": …}}); add it", columns_[c].name,
                              columns_[c].name));
  }
}

}  // namespace nlp::train
