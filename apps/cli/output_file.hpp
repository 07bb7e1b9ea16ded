// stdout, or the file of -o, which appears whole or not at all.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace nlp::cli {

// The reader of stdout has gone: the command ends quietly.
struct ClosedPipe {};

class OutputFile {
 public:
  // An empty path is stdout.  Else PATH.tmp is written; commit() renames it, any other end, a
  // signal too, removes it.  What is no regular file (/dev/null, a pipe) is written directly.
  // Throws Error{io}.
  explicit OutputFile(const std::string& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // Buffered.  Throws Error{io} or ClosedPipe.
  void write(std::string_view bytes);
  void write(std::span<const float> values);
  void flush();
  bool pending() const { return !buffer_.empty(); }

  void commit();  // flushes, and puts the file in its place

 private:
  void write_now(std::string_view bytes);

  std::string path_;       // for messages
  std::string temporary_;  // empty: written directly
  std::string target_;
  int descriptor_ = 1;
  std::string buffer_;
};

}  // namespace nlp::cli
