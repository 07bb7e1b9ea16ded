#include "cli/array_sink.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "base/npz.hpp"

namespace nlp::cli {
namespace {

std::uint64_t product(std::span<const std::int64_t> extents) {
  std::uint64_t count = 1;
  for (const auto extent : extents) count *= static_cast<std::uint64_t>(extent);
  return count;
}

// dst, of extents `to`, gets src, of extents `from`; the rest of it stays as it is.
void copy_corner(const char* src, std::span<const std::int64_t> from, char* dst,
                 std::span<const std::int64_t> to, std::size_t item) {
  if (std::ranges::equal(from, to)) {
    std::memcpy(dst, src, product(from) * item);
    return;
  }
  if (from.size() == 1) {
    std::memcpy(dst, src, static_cast<std::size_t>(from[0]) * item);
    return;
  }
  const std::size_t src_step = product(from.subspan(1)) * item;
  const std::size_t dst_step = product(to.subspan(1)) * item;
  for (std::int64_t k = 0; k < from[0]; ++k) {
    copy_corner(src, from.subspan(1), dst, to.subspan(1), item);
    src += src_step;
    dst += dst_step;
  }
}

void fill_nan(std::string& bytes) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (std::size_t at = 0; at + sizeof nan <= bytes.size(); at += sizeof nan)
    std::memcpy(bytes.data() + at, &nan, sizeof nan);
}

// Bytes of a record that are kept in memory, and that are copied at once.
constexpr std::uint64_t kMost = 16 << 20, kPiece = 1 << 20;

// write(piece) for each piece of a part of a file.
template <class Write>
void copy_part(TemporaryFile& file, std::uint64_t offset, std::uint64_t size, Write write) {
  std::string piece;
  for (std::uint64_t done = 0; done < size; done += piece.size()) {
    file.read(offset + done, std::min(kPiece, size - done), piece);
    write(piece);
  }
}
}  // namespace

void RecordArrays::spill() {
  if (bytes.size() < kMost) return;
  if (!spilled) spilled = std::make_shared<TemporaryFile>();
  spilled->append(bytes);
  spilled_bytes += bytes.size();
  bytes.clear();
}

void RecordArrays::add(std::span<const float> values) {
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  spill();
}

void RecordArrays::add(std::span<const std::int32_t> values) {
  for (const std::int64_t value : values)
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  spill();
}

ArraySink::ArraySink(Format format, std::vector<ArrayKind> kinds)
    : format_(format), kinds_(std::move(kinds)) {}

std::vector<std::int64_t> ArraySink::shape_of(const ArrayKind& kind, std::int64_t rows) const {
  auto shape = kind.shape;
  std::ranges::replace(shape, kRows, rows);
  return shape;
}

std::uint64_t ArraySink::bytes_of(const ArrayKind& kind, std::int64_t rows) const {
  return product(shape_of(kind, rows)) * npy::size_of(kind.type);
}

void ArraySink::write(Reply& reply, OutputFile&) {
  if (reply.error) {
    rows_.push_back(-1);
    return;
  }
  const auto& arrays = std::any_cast<const RecordArrays&>(reply.payload);
  rows_.push_back(static_cast<std::int32_t>(arrays.rows));
  most_rows_ = std::max(most_rows_, arrays.rows);
  if (arrays.spilled)
    copy_part(*arrays.spilled, 0, arrays.spilled_bytes,
              [&](std::string_view piece) { spool_.append(piece); });
  spool_.append(arrays.bytes);
}

template <class Write>
void ArraySink::write_array(std::size_t array, Write write) {
  const ArrayKind& kind = kinds_[array];
  const auto whole = shape_of(kind, most_rows_);
  std::uint64_t offset = 0;
  std::string src, dst;
  // Rows lie one behind the other: a shorter text's are followed by zeros.
  const bool by_rows = std::ranges::count(kind.shape, kRows) == (kind.shape.front() == kRows);
  for (const auto rows : rows_) {
    if (rows < 0 || !by_rows) dst.assign(bytes_of(kind, most_rows_), '\0');
    if (rows < 0) {
      if (kind.type == npy::Type::float32) fill_nan(dst);
      write(dst);
      continue;
    }
    std::uint64_t before = 0, all = 0;
    for (std::size_t k = 0; k < kinds_.size(); ++k) {
      if (k < array) before += bytes_of(kinds_[k], rows);
      all += bytes_of(kinds_[k], rows);
    }
    const std::uint64_t size = bytes_of(kind, rows);
    if (by_rows) {
      copy_part(spool_, offset + before, size, write);
      for (std::uint64_t rest = bytes_of(kind, most_rows_) - size; rest > 0; rest -= dst.size()) {
        dst.assign(std::min(kPiece, rest), '\0');
        write(dst);
      }
    } else {
      spool_.read(offset + before, size, src);
      if (size > 0)
        copy_corner(src.data(), shape_of(kind, rows), dst.data(), whole, npy::size_of(kind.type));
      write(dst);
    }
    offset += all;
  }
}

void ArraySink::finish(OutputFile& file) {
  const auto whole_shape = [&](const ArrayKind& kind) {
    auto shape = shape_of(kind, most_rows_);
    shape.insert(shape.begin(), static_cast<std::int64_t>(rows_.size()));
    return shape;
  };
  if (format_ == Format::npy) {
    file.write(npy::header(kinds_[0].type, whole_shape(kinds_[0])));
    write_array(0, [&](std::string_view bytes) { file.write(bytes); });
    return;
  }
  NpzWriter npz([&](std::string_view bytes) { file.write(bytes); });
  for (std::size_t k = 0; k < kinds_.size(); ++k) {
    npz.begin(kinds_[k].name, kinds_[k].type, whole_shape(kinds_[k]));
    write_array(k, [&](std::string_view bytes) { npz.write(bytes); });
    npz.end();
  }
  npz.finish();
}

}  // namespace nlp::cli
