// How nlp embed writes vectors: --precision, --ranges, and the formats npy, npz, raw, jsonl, text.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cli/app.hpp"
#include "cli/options.hpp"
#include "cli/process.hpp"
#include "cli/record.hpp"
#include "cli/reply.hpp"
#include "task/quantize.hpp"

namespace nlp::cli {

// The ends of int8 and uint8 from a file: two rows, the least and the largest of each number, or
// vectors.  Throws Error{data} for a file that is not [rows, size] float32.
task::Ranges read_ranges(const std::string& file, std::int64_t size);

class PrecisionOptions {
 public:
  explicit PrecisionOptions(App& app);
  PrecisionOptions(const PrecisionOptions&) = delete;

  // No use beside `option`.
  void exclude(Option* option);

  task::Precision precision() const { return precision_; }
  const std::string& ranges_file() const { return file_; }
  // Of --ranges, else empty.
  // Throws as read_ranges(), and Error{usage} where --precision needs none.
  task::Ranges ranges(std::int64_t size) const;

 private:
  task::Precision precision_ = task::Precision::float32;
  std::string file_;
  Option *type_ = nullptr, *ranges_ = nullptr;
};

class VectorOutput {
 public:
  struct Spec {
    std::int64_t size = 0;  // numbers of a vector
    bool rows = false;      // each text has as many vectors as tokens
  };
  // `output` and `app` outlive this.
  // Throws Error{usage} for what does not go together, and as PrecisionOptions::ranges().
  VectorOutput(const App& app, const OutputOptions& output, const PrecisionOptions& options,
               Spec spec);
  ~VectorOutput();

  // On a worker's thread.
  void put(Reply& reply, const Record& record, const std::vector<float>& values) const;
  // What process() writes the replies to.
  Sink& sink() { return *sink_; }

 private:
  template <class Number>
  void put_numbers(Reply& reply, const Record& record, const std::vector<Number>& numbers) const;
  template <class Number>
  void put_bytes(Reply& reply, const std::vector<Number>& numbers) const;

  const OutputOptions& output_;
  Spec spec_;
  task::Precision precision_;
  task::Ranges ranges_;
  std::int64_t items_;  // numbers of a vector as it is written
  bool waits_ = false;  // the ranges come from all vectors: the sink quantizes
  std::unique_ptr<Sink> sink_;
};

}  // namespace nlp::cli
