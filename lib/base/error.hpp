// The one error type.  A message reads `where: what (expected, got); what to do`.
// Foreign exceptions (oneDNN, JSON, the system) are translated in the room that owns the
// dependency.
#pragma once
#include <stdexcept>
#include <string>
#include <utility>

namespace nlp {

enum class Kind {
  usage,     // the command line is wrong
  data,      // the input is wrong: a record, a text, a file of texts
  model,     // a checkpoint or tokenizer is missing, broken or lacks what was asked for
  network,   // a download failed
  memory,    // more memory would be needed than there is or than was allowed
  io,        // the system refused to read or write
  internal,  // a bug of ours
};

class Error : public std::runtime_error {
 public:
  Error(Kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}

  Kind kind() const noexcept { return kind_; }

  // The same error with `where: ` put before its message: called on the way up, innermost first.
  Error at(const std::string& where) const { return Error(kind_, where + ": " + what()); }

 private:
  Kind kind_;
};

}  // namespace nlp
