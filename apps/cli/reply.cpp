#include "cli/reply.hpp"

#include <algorithm>

namespace nlp::cli {

ValueWriter& Reply::object() {
  if (!object_) {
    object_.emplace(wire_, bytes);
    object_->object();
  }
  return *object_;
}

void Reply::line(std::string_view text) {
  const std::size_t from = bytes.size();
  bytes += text;
  // A text that came as JSON may have line ends of its own.
  std::replace(bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.end(), separator_, ' ');
  bytes += separator_;
}

void Reply::count(std::string_view noun, std::string_view what) { counts_.push_back({noun, what}); }

void Reply::truncated() {
  if (object_) object_->put("truncated", true);
  count("text", "cut to what the model takes");
}

void Reply::finish(const Record& record) {
  if (!object_) return;
  const auto& keys = object_->keys();
  for (const Field& field : record.fields)
    if (std::find(keys.begin(), keys.end(), field.key) == keys.end())
      object_->key(field.key).value(field);
  object_->end();
  object_.reset();
  if (wire_ == Wire::json) bytes += separator_;
}

void Reply::fail(const Record& record, const std::string& message) {
  bytes.clear();
  payload.reset();
  counts_.clear();
  object_.reset();
  error = message;
  object().put("error", message);
  finish(record);
}

}  // namespace nlp::cli
