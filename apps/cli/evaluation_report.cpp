#include "cli/evaluation_report.hpp"

#include <algorithm>
#include <cmath>

#include "text/utf8.hpp"

namespace nlp::cli {
namespace {

// `name` with spaces behind it.
std::string padded(std::string_view name, std::size_t width) {
  const auto points =
      static_cast<std::size_t>(std::ranges::count_if(name, text::starts_code_point));
  return std::string(name) + std::string(width > points ? width - points : 0, ' ');
}

}  // namespace

std::string number_line(std::string_view name, double value) {
  return padded(name, 12) + (std::isnan(value) ? "-\n" : fmt::format("{:.4f}\n", value));
}

std::string count_line(std::string_view name, std::uint64_t count) {
  return fmt::format("{}{}\n", padded(name, 12), count);
}

std::string label_table(const LabelRows& rows) {
  std::size_t width = 11;
  for (const auto& row : rows) width = std::max(width, row.first.size());
  std::string text =
      fmt::format("\n{} precision  recall      f1   count\n", padded("label", width));
  for (const auto& row : rows) {
    const train::Hits& hits = row.second;
    text += fmt::format("{} {:9.4f} {:7.4f} {:7.4f} {:7}\n", padded(row.first, width),
                        hits.precision(), hits.recall(), hits.f1(), hits.truth);
  }
  return text;
}

void put_labels(ValueWriter& writer, const LabelRows& rows) {
  writer.key("labels").object();
  for (const auto& row : rows) {
    const train::Hits& hits = row.second;
    writer.key(row.first).object();
    writer.put("precision", hits.precision()).put("recall", hits.recall()).put("f1", hits.f1());
    writer.put("count", hits.truth).end();
  }
  writer.end();
}

void write_result(const OutputOptions& output, const std::string& text) {
  OutputFile file(output.file());
  file.write(text);
  file.commit();
}

}  // namespace nlp::cli
