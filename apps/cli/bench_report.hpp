// What `nlp bench` says.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "task/model_bench.hpp"

namespace nlp::cli {

struct BenchReport {
  std::string model, onednn, isa;
  task::BenchOptions options;
  task::MeasureOptions measure;
  std::vector<task::BenchResult> types;
  std::int64_t lines = 0;
  std::uint64_t line_bytes = 0;
  std::optional<task::Timing> tokenizer;  // of all lines
};

std::string text_of(const BenchReport& report);  // tables for people
std::string json_of(const BenchReport& report);  // one object, a line

}  // namespace nlp::cli
