// Arrays of numbers over all records: .npy and .npz.
// Values wait in a temporary file, not in memory, until the input ends and the extents are known;
// texts shorter than the longest are padded with zeros.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/npy.hpp"
#include "cli/process.hpp"
#include "cli/temporary_file.hpp"

namespace nlp::cli {

// The extent that differs from record to record: its tokens.
inline constexpr std::int64_t kRows = -1;

struct ArrayKind {
  std::string name;
  npy::Type type;
  std::vector<std::int64_t> shape;  // of one record, with kRows
};

// A record's part of all arrays: the payload of a Reply.
struct RecordArrays {
  std::int64_t rows = 0;
  std::string bytes;  // the arrays one behind the other, dense

  void add(std::span<const float> values);
  void add(std::span<const std::int32_t> values);  // as int64

  // Where they became many, these stand before `bytes`.
  std::shared_ptr<TemporaryFile> spilled;
  std::uint64_t spilled_bytes = 0;

 private:
  void spill();
};

class ArraySink : public Sink {
 public:
  enum class Format { npy, npz };
  // npy has one array.
  ArraySink(Format format, std::vector<ArrayKind> kinds);

  // A record that failed is NaN, where its arrays have room for that.
  void write(Reply& reply, OutputFile& file) override;
  void finish(OutputFile& file) override;

 private:
  std::vector<std::int64_t> shape_of(const ArrayKind& kind, std::int64_t rows) const;
  std::uint64_t bytes_of(const ArrayKind& kind, std::int64_t rows) const;
  template <class Write>
  void write_array(std::size_t array, Write write);

  Format format_;
  std::vector<ArrayKind> kinds_;
  TemporaryFile spool_;
  std::vector<std::int32_t> rows_;  // of each record; -1 where it failed
  std::int64_t most_rows_ = 0;
};

}  // namespace nlp::cli
