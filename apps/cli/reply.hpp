// What a worker makes of one record.  Filled on the worker's thread, written in input order.
#pragma once
#include <any>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/value_writer.hpp"

namespace nlp::cli {

class Reply {
 public:
  Reply(Wire wire, char separator) : wire_(wire), separator_(separator) {}

  // The reply is one record: puts members into its object, which is open already.  The input's
  // other members follow by themselves, then the end; a key that was put here hides the input's.
  ValueWriter& object();

  // The reply is text: adds a line.  What ends a line becomes a space in it.
  void line(std::string_view text);

  // The text was cut: `truncated` in the record, and one warning at the end.
  void truncated();

  // The reply is bytes of the command's own, or something for its Sink.
  std::string bytes;
  std::any payload;

  // Counted once the record is written; at the end one warning tells all: count("text", "cut to
  // what the model takes") becomes `2 texts cut to what the model takes`.  Both must be literals.
  void count(std::string_view noun, std::string_view what);

  // Set where the record had an error and errors are skipped.
  std::optional<std::string> error;

  // For process().
  struct Count {
    std::string_view noun, what;
  };
  const std::vector<Count>& counts() const { return counts_; }
  void finish(const Record& record);                            // riders and end
  void fail(const Record& record, const std::string& message);  // becomes {"error": message}

 private:
  Wire wire_;
  char separator_;
  std::optional<ValueWriter> object_;
  std::vector<Count> counts_;
};

}  // namespace nlp::cli
