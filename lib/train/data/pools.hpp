// The order in which the chunks of a corpus are read, epoch by epoch, and a part of them in memory.
#pragma once
#include <atomic>
#include <cstdint>
#include <exception>
#include <thread>
#include <vector>

#include "train/data/chunks.hpp"
#include "train/data/packing.hpp"

namespace nlp::train {

// Chunks that are in memory at once.
struct Plan {
  std::uint64_t epoch = 0;
  std::uint64_t number = 0;  // of the pool in its epoch
  std::vector<std::uint32_t> chunks;
  std::uint64_t bytes_before = 0;  // of the epoch's pools before
  std::uint64_t bytes = 0;
};

// The pools of all epochs.  A pool ends with the chunk that brings it to pool_bytes.  The chunks of
// an epoch are in an order drawn by (seed, epoch); 4 bytes are held for each.
class Schedule {
 public:
  Schedule(const Chunks& chunks, std::uint64_t pool_bytes, std::uint64_t seed, bool shuffle);

  Plan next();
  // Goes on with pool `number` of `epoch`.  Throws Error{data} where the epoch has no such pool.
  void seek(std::uint64_t epoch, std::uint64_t number);

 private:
  void start(std::uint64_t epoch);

  const Chunks& chunks_;
  std::uint64_t pool_bytes_, seed_;
  bool shuffle_;
  std::vector<std::uint32_t> order_;
  std::size_t at_ = 0;
  Plan next_;  // its chunks and bytes are those of the pool before
};

// A pool that is being read and tokenised: by a thread of its own as soon as it is made.
class Pool {
 public:
  // All must outlive it.
  Pool(Plan plan, const Chunks& chunks, const Packer& packer,
       const tokenizer::Tokenizer& tokenizer);
  ~Pool();  // does not wait for more than a chunk
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Waits until all is done; the work that nobody has begun is shared
  // out among `threads` threads.  The result does not
  // depend on them.  Throws what reading the first bad chunk threw.
  void finish(int threads);

  // Once finished:
  const Plan& plan() const { return plan_; }
  const std::vector<Sequences>& chunks() const { return done_; }  // in the order of the plan
  std::uint64_t repaired() const;

 private:
  void work();

  Plan plan_;
  const Chunks& chunks_;
  const Packer& packer_;
  const tokenizer::Tokenizer& tokenizer_;
  std::vector<Sequences> done_;
  std::vector<std::exception_ptr> errors_;
  std::atomic<std::size_t> next_{0};
  std::thread ahead_;
};

}  // namespace nlp::train
