#include "cli/input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/cbor.hpp"
#include "base/error.hpp"
#include "base/json_text.hpp"

namespace nlp::cli {
namespace {
using RecordKind = RawRecord::Kind;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Whether a line is a JSON object with such a member.
bool has_member(std::string_view line, std::string_view name) {
  try {
    const auto value = json_text::check(line);
    if (json_text::type_of(value) != json_text::Type::object) return false;
    const auto members = json_text::members(value);
    return std::any_of(members.begin(), members.end(),
                       [&](const auto& member) { return member.key == name; });
  } catch (const Error&) {
    return false;
  }
}
}  // namespace

std::string Input::where() const { return fmt::format("{}:{}", *file_, line_ + 1); }

void Input::consume(std::size_t bytes) {
  head_ += bytes;
  searched_ = 0;
}

bool Input::open_next_file() {
  if (next_file_ == options_.files.size() || wakeup_.woken()) return false;
  source_.emplace(options_.files[next_file_++], wakeup_);
  file_ = std::make_shared<const std::string>(source_->name());
  buffer_.clear();
  head_ = searched_ = 0;
  line_ = 0;
  ended_ = false;
  switch (options_.format) {
    case InputOptions::Format::text:
      kind_ = RecordKind::text;
      break;
    case InputOptions::Format::jsonl:
      kind_ = RecordKind::json;
      break;
    case InputOptions::Format::conll:
      kind_ = RecordKind::conll;
      break;
    case InputOptions::Format::detect:
      kind_.reset();
      break;
  }
  return true;
}

bool Input::fill(bool may_wait) {
  if (ended_ || (!may_wait && !source_->ready())) return false;
  if (head_ > 0) {
    buffer_.erase(0, head_);
    head_ = 0;
  }
  ended_ = !source_->read(buffer_);
  return !ended_;
}

// By the first byte, or the first line.
bool Input::detect(bool may_wait) {
  while (rest().empty() && !ended_)
    if (!fill(may_wait) && !ended_) return false;
  if (rest().empty()) {
    kind_ = RecordKind::text;
    return true;
  }
  if (cbor::starts_map(static_cast<unsigned char>(rest().front()))) {
    kind_ = RecordKind::cbor;
    return true;
  }
  std::size_t end;
  while ((end = rest().find(options_.separator(), searched_)) == std::string_view::npos &&
         !ended_ && rest().size() <= options_.max_line) {
    searched_ = rest().size();
    if (!fill(may_wait) && !ended_) return false;
  }
  std::string_view first = rest().substr(0, end);
  if (first.substr(0, 3) == kByteOrderMark) first.remove_prefix(3);
  // A token record that another stage wrote has `ids`.
  kind_ = options_.spec.ids || has_member(first, "ids") ? RecordKind::json : RecordKind::text;
  searched_ = 0;
  return true;
}

Input::Next Input::next(RawRecord& dst, bool may_wait) {
  for (;;) {
    if (!source_ && !open_next_file()) return Next::end;
    if (wakeup_.woken()) return Next::end;
    if (!kind_ && !detect(may_wait)) {
      if (wakeup_.woken()) return Next::end;
      return Next::would_wait;
    }
    const Next found = *kind_ == RecordKind::cbor    ? cbor_item(dst, may_wait)
                       : *kind_ == RecordKind::conll ? sentence(dst, may_wait)
                                                     : line(dst, may_wait);
    if (wakeup_.woken()) return Next::end;
    if (found == Next::end) {
      source_.reset();
      continue;
    }
    if (found == Next::record) {
      dst.kind = *kind_;
      dst.file = file_;
      dst.index = index_++;
      if (dst.index == 0 && *kind_ == RecordKind::text && has_member(dst.bytes, options_.field))
        options_.app().messages().warn(
            fmt::format("{}: looks like JSON Lines, and is read as text; --input jsonl reads the "
                        "field `{}`",
                        *file_, options_.field));
    }
    return found;
  }
}

// The next line as it stands, or that it was too long.
Input::Next Input::find_line(bool may_wait, std::string& dst, std::optional<std::string>& error) {
  const auto too_long = [&] {
    return fmt::format("longer than --max-line {} bytes; break it up or allow more",
                       options_.max_line);
  };
  for (;;) {
    const std::size_t end = rest().find(options_.separator(), searched_);
    const bool found = end != std::string_view::npos;
    const std::size_t size = found ? end : rest().size();
    if (!discarding_ && size > options_.max_line) {
      if (!options_.skip_errors)
        throw Error(nlp::Kind::data, fmt::format("{}: {}", where(), too_long()));
      discarding_ = true;
    }
    const bool last = !found && ended_;
    if (last && rest().empty() && !discarding_) return Next::end;
    if (found || last) {
      dst.clear();
      error.reset();
      if (discarding_) {
        error = fmt::format("{}: {}", where(), too_long());
      } else {
        dst.assign(rest().substr(0, size));
      }
      discarding_ = false;
      consume(size + found);
      ++line_;
      if (options_.crlf && !dst.empty() && dst.back() == '\r') dst.pop_back();
      return Next::record;
    }
    if (discarding_) {
      consume(rest().size());
    } else {
      searched_ = rest().size();
    }
    if (!fill(may_wait) && !ended_) return Next::would_wait;
  }
}

Input::Next Input::line(RawRecord& dst, bool may_wait) {
  const Next found = find_line(may_wait, dst.bytes, dst.error);
  dst.line = line_;
  if (found == Next::record && *kind_ == RecordKind::json && line_ == 1 &&
      dst.bytes.rfind(kByteOrderMark, 0) == 0)
    dst.bytes.erase(0, kByteOrderMark.size());
  return found;
}

// Lines up to an empty one.
Input::Next Input::sentence(RawRecord& dst, bool may_wait) {
  std::string line;
  for (;;) {
    const Next found = find_line(may_wait, line, dst.error);
    if (found == Next::would_wait) return found;
    const bool blank = line.find_first_not_of(" \t\r") == std::string::npos;
    const bool ends = found == Next::end || (blank && !dst.error);
    if (ends && (!sentence_.empty() || sentence_error_)) {
      dst.bytes = std::exchange(sentence_, {});
      dst.error = std::exchange(sentence_error_, {});
      dst.line = sentence_line_;
      return Next::record;
    }
    if (found == Next::end) return found;
    if (dst.error) {
      dst.line = line_;
      sentence_.clear();
      return Next::record;
    }
    if (ends || sentence_error_) continue;
    if (sentence_.empty()) sentence_line_ = line_;
    sentence_ += line + "\n";
    if (sentence_.size() <= options_.max_line) continue;
    const std::string error = fmt::format(
        "{}:{}: sentence longer than --max-line {} bytes; are there empty lines "
        "between sentences?",
        *file_, sentence_line_, options_.max_line);
    if (!options_.skip_errors) throw Error(nlp::Kind::data, error);
    sentence_error_ = error;
    sentence_.clear();
  }
}

Input::Next Input::cbor_item(RawRecord& dst, bool may_wait) {
  for (;;) {
    if (rest().empty() && ended_) return Next::end;
    std::optional<std::size_t> size;
    try {
      if (!rest().empty()) size = cbor::item_size(rest());
    } catch (const Error& error) {
      throw error.at(where());
    }
    if (size.value_or(rest().size()) > options_.max_line)
      throw Error(nlp::Kind::data, fmt::format("{}: longer than --max-line {} bytes; allow more",
                                               where(), options_.max_line));
    if (size) {
      dst.bytes.assign(rest().substr(0, *size));
      dst.error.reset();
      dst.line = ++line_;
      consume(*size);
      return Next::record;
    }
    if (ended_)
      throw Error(nlp::Kind::data,
                  fmt::format("{}: the CBOR sequence ends inside of a record", where()));
    if (!fill(may_wait) && !ended_) return Next::would_wait;
  }
}

}  // namespace nlp::cli
