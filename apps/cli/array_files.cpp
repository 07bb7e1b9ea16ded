#include "cli/array_files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

#include "base/error.hpp"
#include "base/mapped_file.hpp"
#include "base/npz.hpp"
#include "cli/app.hpp"
#include "cli/byte_source.hpp"
#include "cli/output_file.hpp"
#include "cli/value_writer.hpp"
#include "tensor/npy_tensor.hpp"

namespace nlp::cli {
namespace {

// Where FILE.npz:NAME is divided; npos where it is a file by itself.
std::size_t colon_of(const std::string& file) {
  constexpr std::string_view kInArchive = ".npz:";
  const auto at = file.rfind(kInArchive);
  return at == std::string::npos ? at : at + kInArchive.size() - 1;
}

std::string read_whole(const std::string& file, std::string& name) {
  if (file == "-" && ::isatty(STDIN_FILENO) == 1) throw NothingToRead();
  const Wakeup wakeup;
  ByteSource source(file, wakeup);
  name = source.name();
  std::string bytes;
  while (source.read(bytes)) continue;
  return bytes;
}

// Calls use(array, its name for messages).
template <class Use>
auto with_array(const std::string& file, Use use) {
  const std::size_t colon = colon_of(file);
  const bool named = colon != std::string::npos;
  std::string where;
  const std::string whole = read_whole(file.substr(0, colon), where);
  const auto bytes = std::as_bytes(std::span(whole));
  if (!named && !whole.starts_with("PK")) return use(npy::read(bytes, where), where);
  const auto arrays = read_npz(bytes, where);
  const auto found = named                ? arrays.find(file.substr(colon + 1))
                     : arrays.size() == 1 ? arrays.begin()
                                          : arrays.end();
  if (found == arrays.end()) {
    std::string names;
    for (const auto& row : arrays) names += (names.empty() ? "" : ", ") + row.first;
    throw Error(Kind::data, fmt::format("{}: {}; there are: {}", where,
                                        named ? "no array " + file.substr(colon + 1)
                                              : "several arrays (say which: FILE.npz:NAME)",
                                        names));
  }
  return use(found->second.array, where + ":" + found->first);
}

// Rows of the last axis, an empty line behind each matrix.
void write_text(const ResultArray& result, OutputFile& file) {
  const tensor::Shape& shape = result.values.shape();
  file.write(fmt::format("{} {}\n", result.name, tensor::to_string(shape)));
  const std::int64_t columns = shape.empty() ? 1 : shape.back();
  const std::int64_t rows = shape.size() < 2 ? 1 : shape[shape.size() - 2];
  for (std::int64_t k = 0; k < result.values.size(); ++k) {
    const bool last = (k + 1) % columns == 0;
    file.write(fmt::format("{:.6f}{}", result.values.data()[k], last ? '\n' : '\t'));
    if ((k + 1) % (columns * rows) == 0) file.write("\n");
  }
  if (result.values.size() == 0) file.write("\n");
}

void write_nested(ValueWriter& writer, const tensor::Tensor& values, std::size_t axis,
                  std::int64_t& at) {
  if (axis == values.shape().size()) {
    writer.value(values.data()[at++]);
    return;
  }
  writer.array();
  for (std::int64_t k = 0; k < values.shape()[axis]; ++k)
    write_nested(writer, values, axis + 1, at);
  writer.end();
}

void write_json(const std::vector<ResultArray>& results, OutputFile& file) {
  std::string line;
  ValueWriter writer(Wire::json, line);
  writer.object();
  for (const auto& result : results) {
    writer.key(result.name);
    std::int64_t at = 0;
    write_nested(writer, result.values, 0, at);
  }
  writer.end();
  file.write(line + "\n");
}

void write_npz(const std::vector<ResultArray>& results, OutputFile& file) {
  NpzWriter npz([&](std::string_view bytes) { file.write(bytes); });
  for (const auto& result : results) {
    npz.begin(result.name, npy::Type::float32, result.values.shape());
    const auto bytes = std::as_bytes(result.values.values());
    npz.write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    npz.end();
  }
  npz.finish();
}

}  // namespace

tensor::Tensor read_tensor(const std::string& file) {
  return with_array(file, [](const npy::Array& array, const std::string& where) {
    return tensor::from_npy(array, where);
  });
}

tensor::Tensor read_mask(const std::string& file, bool hidden) {
  return with_array(file, [&](const npy::Array& array, const std::string& where) {
    if (array.element >= npy::Element::f16) return tensor::from_npy(array, where);
    tensor::Tensor scores(array.shape);
    std::ranges::transform(tensor::flags_from_npy(array, where), scores.data(), [&](auto flag) {
      return (flag != 0) == hidden ? -std::numeric_limits<float>::infinity() : 0.0f;
    });
    return scores;
  });
}

tensor::NamedTensors read_weights(const std::string& file) {
  const MappedFile mapped(file);
  try {
    return tensor::from_npz(read_npz(mapped.bytes(), file), file);
  } catch (const Error& error) {
    throw Error(error.kind() == Kind::data ? Kind::model : error.kind(), error.what());
  }
}

OutputOptions::Spec array_formats() {
  return {.formats = {"npz", "jsonl", "text"}, .piped = "npz", .terminal = "text"};
}

void write_results(const OutputOptions& output, const std::vector<ResultArray>& results) {
  OutputFile file(output.file());
  if (output.format() == "npz") {
    write_npz(results, file);
  } else if (output.format() == "jsonl") {
    write_json(results, file);
  } else {
    for (const auto& result : results) write_text(result, file);
  }
  file.commit();
}

}  // namespace nlp::cli
