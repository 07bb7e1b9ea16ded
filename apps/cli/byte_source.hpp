// Bytes of one input file, taken as they come, from a thread that another one can stop.
#pragma once
#include <atomic>
#include <cstddef>
#include <string>

namespace nlp::cli {

// Lets one thread end another one's wait for input.
class Wakeup {
 public:
  Wakeup();
  ~Wakeup();
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  void wake();  // for good
  bool woken() const { return woken_.load(); }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
  std::atomic<bool> woken_{false};
};

class ByteSource {
 public:
  // `-` is stdin.  Throws Error{data} where the file cannot be read.
  ByteSource(const std::string& file, const Wakeup& wakeup);
  ~ByteSource();
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  const std::string& name() const { return name_; }  // for messages; "stdin"

  // Whether read() would return at once.
  bool ready() const;

  // Appends what there is to `buffer`, waiting for at least a byte.  False at the end, or when
  // woken.
  bool read(std::string& buffer);

 private:
  std::string name_;
  const Wakeup& wakeup_;
  int descriptor_ = 0;
  std::size_t chunk_ = 1 << 16;
};

}  // namespace nlp::cli
