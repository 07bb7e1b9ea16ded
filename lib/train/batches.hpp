// Where a training run's batches come from.
#pragma once
#include <cstdint>
#include <vector>

#include "base/json.hpp"
#include "train/data/example.hpp"

namespace nlp::train {

class Batches {
 public:
  virtual ~Batches() = default;
  // The next batch, of up to a number of tokens; false where there is none any more.
  virtual bool next(std::vector<Example>& batch) = 0;
  // Epochs that were given, with a fraction.
  virtual double epochs() const = 0;
  // U+FFFD put in place of what was not UTF-8, so far.
  virtual std::uint64_t repaired() const { return 0; }
  // The place behind the last batch, to be kept with a checkpoint: what is needed to go on with
  // the same batches, bit for bit.
  virtual Json position() const = 0;
  // Throws Error{data} for a position that is none of these batches.
  virtual void seek(const Json& position) = 0;
};

}  // namespace nlp::train
