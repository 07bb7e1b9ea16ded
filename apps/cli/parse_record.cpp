#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/cbor.hpp"
#include "base/error.hpp"
#include "base/json_text.hpp"
#include "cli/input.hpp"
#include "text/utf8.hpp"

namespace nlp::cli {
namespace {
using json_text::Type;

// Makes `text` UTF-8, or throws under --strict.
void check_utf8(std::string& text, const InputOptions& options, Record& record) {
  if (options.strict) {
    const std::size_t valid = text::valid_prefix(text);
    if (valid != text.size())
      throw Error(Kind::data,
                  fmt::format("invalid UTF-8 at byte {}; convert it, or read it without "
                              "--strict",
                              valid + 1));
  }
  record.repaired += text::repair(text);
}

void parse_text(std::string bytes, const InputOptions& options, Record& record) {
  check_utf8(bytes, options, record);
  const auto tab = options.spec.pairs ? bytes.find('\t') : std::string::npos;
  if (tab != std::string::npos) {
    record.pair = bytes.substr(tab + 1);
    bytes.resize(tab);
  }
  record.text = std::move(bytes);
}

// The first column, its words joined by spaces.
void parse_conll(std::string bytes, const InputOptions& options, Record& record) {
  check_utf8(bytes, options, record);
  for (std::size_t from = 0; from < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', from), bytes.size());
    const std::string_view line = std::string_view(bytes).substr(from, end - from);
    const std::string_view word = line.substr(0, line.find_first_of(" \t\r"));
    from = end + 1;
    if (word.empty())
      throw Error(Kind::data,
                  "line without a word in its first column; are columns set apart by tabs?");
    if (!record.text.empty()) record.text += ' ';
    const auto start = static_cast<std::uint32_t>(record.text.size());
    record.text += word;
    record.words.push_back({start, static_cast<std::uint32_t>(record.text.size())});
  }
}

// Adds a member; of a key that comes twice the last one counts.
void add_field(Record& record, Field field) {
  const auto same = std::find_if(record.fields.begin(), record.fields.end(),
                                 [&](const Field& other) { return other.key == field.key; });
  if (same != record.fields.end()) {
    *same = std::move(field);
  } else {
    record.fields.push_back(std::move(field));
  }
}

// Takes the text out of the members.
std::optional<std::string> take_string(std::string_view key, const InputOptions& options,
                                       Record& record) {
  const auto found = std::find_if(record.fields.begin(), record.fields.end(),
                                  [&](const Field& field) { return field.key == key; });
  if (found == record.fields.end()) return std::nullopt;
  const bool json = found->wire == Wire::json;
  if (json ? found->raw == "null" : found->raw == "\xF6") {
    record.fields.erase(found);
    return std::nullopt;
  }
  if (json ? json_text::type_of(found->raw) != Type::string : !cbor::is_text(found->raw))
    throw Error(Kind::data,
                fmt::format("field `{}` (expected a text); name the text with --field", key));
  std::string text;
  if (json) {
    std::uint64_t surrogates = 0;
    text = json_text::decode(found->raw, surrogates);
    if (surrogates > 0 && options.strict)
      throw Error(Kind::data, fmt::format("field `{}` has half a surrogate pair", key));
    record.repaired += surrogates;
  } else {
    text = cbor::text_of(found->raw);
    check_utf8(text, options, record);
  }
  record.fields.erase(found);
  return text;
}

void take_texts(const InputOptions& options, Record& record) {
  const bool with_ids = record.has("ids") && (options.spec.stages || options.spec.ids);
  if (auto text = take_string(options.field, options, record)) {
    record.text = std::move(*text);
  } else if (with_ids) {
    record.has_text = false;
  } else {
    throw Error(Kind::data,
                options.spec.ids
                    ? std::string("no field `ids`")
                    : fmt::format("no field `{}`; name the one that holds the text with --field",
                                  options.field));
  }
  if (!options.spec.first.empty())
    if (auto first = take_string(options.spec.first, options, record)) {
      record.pair = std::exchange(record.text, std::move(*first));
      return;
    }
  if (options.spec.pairs) record.pair = take_string("pair", options, record);
}

void parse_json(std::string bytes, const InputOptions& options, Record& record) {
  check_utf8(bytes, options, record);
  const std::string_view value = json_text::check(bytes);
  if (json_text::type_of(value) != Type::object)
    throw Error(Kind::data, "no record (expected a JSON object)");
  for (auto& member : json_text::members(value))
    add_field(record, {std::move(member.key), Wire::json, std::string(member.raw)});
  take_texts(options, record);
}

void parse_cbor(const std::string& bytes, const InputOptions& options, Record& record) {
  for (auto& member : cbor::members(bytes)) {
    record.repaired += text::repair(member.key);
    add_field(record, {std::move(member.key), Wire::cbor, std::string(member.raw)});
  }
  take_texts(options, record);
}
}  // namespace

Record parse_record(RawRecord raw, const InputOptions& options) {
  Record record;
  record.index = raw.index;
  record.file = *raw.file;
  record.line = raw.line;
  if (raw.error) throw Error(Kind::data, *raw.error);
  try {
    switch (raw.kind) {
      case RawRecord::Kind::text:
        parse_text(std::move(raw.bytes), options, record);
        break;
      case RawRecord::Kind::json:
        parse_json(std::move(raw.bytes), options, record);
        break;
      case RawRecord::Kind::cbor:
        parse_cbor(raw.bytes, options, record);
        break;
      case RawRecord::Kind::conll:
        parse_conll(std::move(raw.bytes), options, record);
        break;
    }
  } catch (const Error& error) {
    throw Error(
        error.kind(),
        fmt::format("{}: {}{}", record.where(), error.what(),
                    options.skip_errors ||
                            std::string_view(error.what()).find(';') != std::string_view::npos
                        ? ""
                    : options.spec.files_only ? "; mend the line"
                                              : "; mend the line, or pass --on-error skip"));
  }
  return record;
}

}  // namespace nlp::cli
