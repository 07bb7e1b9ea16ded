#include "cli/vector_sinks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <span>
#include <utility>

#include "base/npz.hpp"
#include "cli/array_sink.hpp"

namespace nlp::cli {
namespace {
// With fewer vectors the ends say little of the next ones.  Source: the reference warns, too.
constexpr std::int64_t kFew = 100;
}  // namespace

RawSink::RawSink(std::int64_t items, npy::Type type)
    : failed_(static_cast<std::size_t>(items) * npy::size_of(type), '\0') {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  if (type == npy::Type::float32)
    for (std::size_t at = 0; at < failed_.size(); at += sizeof nan)
      std::memcpy(failed_.data() + at, &nan, sizeof nan);
}

void RawSink::write(Reply& reply, OutputFile& file) {
  file.write(reply.error ? failed_ : reply.bytes);
}

QuantizingSink::QuantizingSink(std::string format, std::int64_t size, task::Precision precision,
                               const Messages& messages)
    : format_(std::move(format)), size_(size), precision_(precision), messages_(messages) {}

void QuantizingSink::write(Reply& reply, OutputFile&) {
  failed_.push_back(reply.error.has_value());
  if (reply.error) return;
  const std::string& bytes = std::any_cast<const RecordArrays&>(reply.payload).bytes;
  std::vector<float> vector(static_cast<std::size_t>(size_));
  std::memcpy(vector.data(), bytes.data(), bytes.size());
  ranges_.add(vector);
  spool_.append(bytes);
}

void QuantizingSink::finish(OutputFile& file) {
  const auto good = std::ranges::count(failed_, false);
  if (good < kFew && good > 0)
    messages_.warn(
        fmt::format("the ends of the numbers come from {} alone; give --ranges, made of "
                    "{} or more",
                    counted(static_cast<std::uint64_t>(good), "vector"), kFew));
  const auto type = precision_ == task::Precision::int8 ? npy::Type::int8 : npy::Type::uint8;
  const std::vector<std::int64_t> shape = {static_cast<std::int64_t>(failed_.size()), size_};
  std::string src;
  std::vector<float> vector(static_cast<std::size_t>(size_));
  std::vector<std::uint8_t> bytes(vector.size());
  const auto write_all = [&](auto write) {
    std::uint64_t offset = 0;
    for (const bool failed : failed_) {
      std::ranges::fill(bytes, std::uint8_t{0});
      if (!failed) {
        spool_.read(offset, vector.size() * sizeof(float), src);
        offset += src.size();
        std::memcpy(vector.data(), src.data(), src.size());
        task::quantize(vector, precision_, ranges_, bytes);
      }
      write(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    }
  };
  if (format_ == "npz") {
    NpzWriter npz([&](std::string_view part) { file.write(part); });
    npz.begin(kVectors, type, shape);
    write_all([&](std::string_view part) { npz.write(part); });
    npz.end();
    npz.finish();
    return;
  }
  if (format_ == "npy") file.write(npy::header(type, shape));
  write_all([&](std::string_view part) { file.write(part); });
}

}  // namespace nlp::cli
