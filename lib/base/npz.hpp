// NumPy's archives of arrays: a zip file of .npy files, not compressed.
// Written from front to back, so that it may go to a pipe; the same arrays give the same bytes.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/npy.hpp"

namespace nlp {

class NpzWriter {
 public:
  // `write` takes the bytes of the archive; what it throws comes out of the call that wrote.
  explicit NpzWriter(std::function<void(std::string_view)> write);
  ~NpzWriter();

  // One array: begin, write until all its values are there, end.  Archives and arrays may be larger
  // than 4 GiB.  Throws Error{io} when the archive cannot be made.
  void begin(const std::string& name, npy::Type type, std::span<const std::int64_t> shape);
  void write(std::string_view bytes);
  void end();

  void finish();  // after the last array

 private:
  struct Archive;
  std::unique_ptr<Archive> archive_;
};

}  // namespace nlp
