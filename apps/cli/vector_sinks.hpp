// Where vectors go that are no lines: values alone, and bytes whose ranges come from all vectors.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/npy.hpp"
#include "cli/messages.hpp"
#include "cli/process.hpp"
#include "cli/temporary_file.hpp"
#include "task/quantize.hpp"

namespace nlp::cli {

inline constexpr const char* kVectors = "embeddings";  // the array's name in an .npz file

// -f raw: the values of all vectors one behind the other, little-endian.
class RawSink : public Sink {
 public:
  // A record that failed is as many numbers, NaN where the type has it, else 0.
  RawSink(std::int64_t items, npy::Type type);

  void write(Reply& reply, OutputFile& file) override;

 private:
  std::string failed_;
};

// Vectors of float32 come in (RecordArrays), int8 or uint8 go out: npy, npz or raw.  The vectors
// wait in a temporary file, not in memory, until all are there.
class QuantizingSink : public Sink {
 public:
  QuantizingSink(std::string format, std::int64_t size, task::Precision precision,
                 const Messages& messages);

  // A record that failed is zeros.
  void write(Reply& reply, OutputFile& file) override;
  void finish(OutputFile& file) override;

 private:
  std::string format_;
  std::int64_t size_;
  task::Precision precision_;
  const Messages& messages_;
  TemporaryFile spool_;
  std::vector<bool> failed_;  // by record
  task::Ranges ranges_;
};

}  // namespace nlp::cli
