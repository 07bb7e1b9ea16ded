// From input to output: one thread reads, K work, one writes in input order.
//   files -> lines -> units of records -> workers -> replies -> sink
// A unit is what a worker gets at once: records of about batch_tokens tokens, or fewer where no
// more input is there yet, so that the first reply is out before the second record comes in. Where
// that leaves threads without work, the records are shared out among them, and a single one is
// computed by all. Memory is bounded by a few units for each thread.
#pragma once
#include <functional>
#include <span>

#include "cli/options.hpp"
#include "cli/output_file.hpp"
#include "cli/record.hpp"
#include "cli/reply.hpp"

namespace nlp::cli {

// Fills replies[k] from records[k].  It runs on one thread at a time; what it captures by value is
// its own.  A reply may depend on its own record only.  Where it throws Error{data}, it is called
// again for each record alone, so that the error finds its line: under --on-error skip only that
// record fails.  Other errors end the command after the replies before are written.
using Worker = std::function<void(std::span<const Record> records, std::span<Reply> replies)>;

// OpenMP's environment variables of how threads wait.  Where neither is set, a record is computed
// by one thread.  Source: the OpenMP specification, and libgomp's manual.
inline constexpr const char* kWaitPolicy = "OMP_WAIT_POLICY";
inline constexpr const char* kSpinCount = "GOMP_SPINCOUNT";

// Called on a thread for its worker, which computes with `threads` threads: one, or all where it
// is for units of a single record that no other unit is beside.
using MakeWorker = std::function<Worker(int threads)>;

// Where replies go, in input order.  The default writes their bytes.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void write(Reply& reply, OutputFile& file) { file.write(reply.bytes); }
  virtual void finish(OutputFile&) {}  // after the last reply
};

// Reads all input, writes all output, puts the file given by -o in its place.
void process(const InputOptions& input, const ComputeOptions& compute, const OutputOptions& output,
             const MakeWorker& make_worker);
void process(const InputOptions& input, const ComputeOptions& compute, const OutputOptions& output,
             const MakeWorker& make_worker, Sink& sink);

}  // namespace nlp::cli
