#include "cli/vector_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "base/error.hpp"
#include "base/npy_reader.hpp"
#include "cli/array_sink.hpp"
#include "cli/line_file.hpp"
#include "cli/vector_sinks.hpp"

namespace nlp::cli {
namespace {
using task::Precision;

npy::Type type_of(Precision precision) {
  if (precision == Precision::float32) return npy::Type::float32;
  return precision == Precision::int8 || precision == Precision::binary ? npy::Type::int8
                                                                        : npy::Type::uint8;
}
}  // namespace

PrecisionOptions::PrecisionOptions(App& app) {
  type_ = app.add_choice<Precision>("--precision", precision_,
                                    {{"float32", Precision::float32},
                                     {"int8", Precision::int8},
                                     {"uint8", Precision::uint8},
                                     {"binary", Precision::binary},
                                     {"ubinary", Precision::ubinary}},
                                    "Numbers of a vector: 8 bits each, or one bit");
  ranges_ =
      app.add_option(
             "--ranges", file_,
             "Of int8 and uint8: vectors (.npy) whose least and largest numbers are the ends; "
             "else those of this run")
          ->type_name("FILE");
}

void PrecisionOptions::exclude(Option* option) { option->excludes(type_)->excludes(ranges_); }

task::Ranges PrecisionOptions::ranges(std::int64_t size) const {
  if (file_.empty()) return {};
  if (!task::needs_ranges(precision_))
    throw Error(Kind::usage, "--ranges: only --precision int8 and uint8 have them");
  return read_ranges(file_, size);
}

task::Ranges read_ranges(const std::string& file, std::int64_t size) {
  const MappedInput input(file);
  const npy::Array array = npy::read(input.bytes(), input.name());
  const auto values = array.floats();
  if (!values || array.shape.size() != 2 || array.shape[0] == 0 || array.shape[1] != size)
    throw Error(
        Kind::data,
        fmt::format("{}: {} [{}] (expected float32 [rows, {}]: two rows, the least and the "
                    "largest, or vectors as nlp embed writes them)",
                    input.name(), name_of(array.element), fmt::join(array.shape, ", "), size));
  if (!std::ranges::all_of(*values, [](float value) { return std::isfinite(value); }))
    throw Error(Kind::data, input.name() + ": has a number that is not finite; make it again");
  task::Ranges ranges;
  for (std::int64_t r = 0; r < array.shape[0]; ++r)
    ranges.add(values->subspan(static_cast<std::size_t>(r * size), static_cast<std::size_t>(size)));
  return ranges;
}

VectorOutput::VectorOutput(const App& app, const OutputOptions& output,
                           const PrecisionOptions& options, Spec spec)
    : output_(output),
      spec_(spec),
      precision_(options.precision()),
      ranges_(options.ranges(spec.size)),
      items_(precision_ == Precision::float32 ? spec.size
                                              : task::quantized_size(precision_, spec.size)) {
  if (precision_ != Precision::float32 && spec.rows)
    throw Error(Kind::usage, "--precision: the rows of --pooling none are written as float32 only");
  const std::string& format = output.format();
  const bool plain = format == "jsonl" || format == "text";
  waits_ = task::needs_ranges(precision_) && ranges_.least.empty();
  if (waits_ && plain)
    throw Error(Kind::usage,
                "--precision: the ends of int8 and uint8 come from all vectors, a line cannot be "
                "written before the last is read; give --ranges FILE, or -f npy, npz or raw");
  const npy::Type type = type_of(precision_);
  const bool npz = format == "npz";
  if (plain) {
    sink_ = std::make_unique<Sink>();
  } else if (waits_) {
    sink_ = std::make_unique<QuantizingSink>(format, spec.size, precision_, app.messages());
  } else if (format == "raw") {
    sink_ = std::make_unique<RawSink>(spec.rows ? 0 : items_, type);
  } else {
    std::vector<ArrayKind> kinds = {{npz ? kVectors : "", type, {items_}}};
    if (spec.rows) kinds[0].shape.insert(kinds[0].shape.begin(), kRows);
    if (spec.rows && npz) kinds.push_back({"attention_mask", npy::Type::int64, {kRows}});
    sink_ = std::make_unique<ArraySink>(npz ? ArraySink::Format::npz : ArraySink::Format::npy,
                                        std::move(kinds));
  }
}

VectorOutput::~VectorOutput() = default;

template <class Number>
void VectorOutput::put_numbers(Reply& reply, const Record& record,
                               const std::vector<Number>& numbers) const {
  const auto size = static_cast<std::size_t>(items_);
  const auto all = std::span(numbers);
  if (!output_.records()) {
    for (std::size_t at = 0; at < all.size(); at += size)
      reply.line(fmt::format("{}", fmt::join(all.subspan(at, size), " ")));
    if (spec_.rows) reply.line("");
    return;
  }
  auto& writer = reply.object().put("text", record.text).key("embedding");
  if (!spec_.rows) {
    writer.value(all);
    return;
  }
  writer.array();
  for (std::size_t at = 0; at < all.size(); at += size) writer.value(all.subspan(at, size));
  writer.end();
}

template <class Number>
void VectorOutput::put_bytes(Reply& reply, const std::vector<Number>& numbers) const {
  std::string bytes(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number));
  if (output_.format() == "raw" && !waits_) {
    reply.bytes = std::move(bytes);
    return;
  }
  RecordArrays part;
  part.rows = static_cast<std::int64_t>(numbers.size()) / items_;
  part.bytes = std::move(bytes);
  if (spec_.rows && output_.format() == "npz")
    part.add(std::vector<std::int32_t>(static_cast<std::size_t>(part.rows), 1));
  reply.payload = std::move(part);
}

void VectorOutput::put(Reply& reply, const Record& record, const std::vector<float>& values) const {
  const bool plain = output_.format() == "jsonl" || output_.format() == "text";
  if (precision_ == Precision::float32 || waits_)
    return plain ? put_numbers(reply, record, values) : put_bytes(reply, values);
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(items_));
  task::quantize(values, precision_, ranges_, bytes);
  if (!plain) return put_bytes(reply, bytes);
  std::vector<int> numbers;
  for (const std::uint8_t byte : bytes)
    numbers.push_back(type_of(precision_) == npy::Type::int8 ? static_cast<std::int8_t>(byte)
                                                             : byte);
  put_numbers(reply, record, numbers);
}

}  // namespace nlp::cli
