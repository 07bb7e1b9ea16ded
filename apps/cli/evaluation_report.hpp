// Results of an evaluation as people read them.
#pragma once
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "cli/cli.hpp"
#include "cli/output_file.hpp"
#include "train/evaluate/scores.hpp"

namespace nlp::cli {

// Precision, recall and F1 of a label.
using LabelRows = std::vector<std::pair<std::string, train::Hits>>;

// `name` and a number, on a line.
std::string number_line(std::string_view name, double value);
std::string count_line(std::string_view name, std::uint64_t count);

// A line for each label, under a head.
std::string label_table(const LabelRows& rows);

// "labels": {"PER": {"precision", "recall", "f1", "count"}}.
void put_labels(ValueWriter& writer, const LabelRows& rows);

// Writes the one result of a command.
void write_result(const OutputOptions& output, const std::string& text);

}  // namespace nlp::cli
