// Any bytes as one record, by the first byte as text, JSON, CBOR or CoNLL: it is refused with an
// Error that names file and line, or what comes out is UTF-8, and passes on as JSON and as CBOR.
#include <memory>

#include "base/cbor.hpp"
#include "base/json_text.hpp"
#include "cli/input.hpp"
#include "cli/reply.hpp"
#include "support.hpp"
#include "text/utf8.hpp"

namespace cli = nlp::cli;
using nlp::fuzz::require;

namespace {

// One command that reads everything; `strict` and `skip_errors` as bits.
const cli::InputOptions& options(unsigned bits) {
  struct Command {
    cli::App app{"mask"};
    cli::InputOptions input{app, {.pairs = true, .stages = true, .conll = true, .ids = true}};
  };
  static const auto commands = [] {
    std::vector<std::unique_ptr<Command>> made;
    for (unsigned k = 0; k < 4; ++k) {
      made.push_back(std::make_unique<Command>());
      made.back()->input.strict = (k & 1) != 0;
      made.back()->input.skip_errors = (k & 2) != 0;
    }
    return made;
  }();
  return commands[bits & 3]->input;
}

void require_utf8(std::string_view text) { require(nlp::text::valid_prefix(text) == text.size()); }

// The readers of members refuse what is not of their type, with an Error.
void read_members(const cli::Record& record) {
  for (const cli::Field& field : record.fields) {
    const auto tried = [](const auto& read) { nlp::fuzz::allow({nlp::Kind::data}, read); };
    tried([&] { (void)record.integers(field.key); });
    tried([&] { (void)record.spans(field.key); });
    tried([&] { (void)record.strings(field.key); });
    tried([&] { (void)cli::floats_of(field); });
  }
}

// The record passed on: a line of JSON, or one item of CBOR.
void pass_on(const cli::Record& record) {
  for (const cli::Wire wire : {cli::Wire::json, cli::Wire::cbor}) {
    cli::Reply reply(wire, '\n');
    reply.object().put("text", record.text);
    reply.finish(record);
    if (wire == cli::Wire::json) {
      require_utf8(reply.bytes);
      require(reply.bytes.find('\n') == reply.bytes.size() - 1);
      (void)nlp::json_text::members(nlp::json_text::check(reply.bytes));
    } else {
      require(nlp::cbor::item_size(reply.bytes) == reply.bytes.size());
      (void)nlp::cbor::members(reply.bytes);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const auto name = std::make_shared<const std::string>("fuzz");
  cli::RawRecord raw;
  raw.kind = static_cast<cli::RawRecord::Kind>(data[0] & 3);
  raw.bytes = nlp::fuzz::text_of(data + 1, size - 1);
  raw.file = name;
  raw.line = 1;
  const bool is_cbor = raw.kind == cli::RawRecord::Kind::cbor;
  if (!is_cbor && raw.kind != cli::RawRecord::Kind::conll)
    for (char& byte : raw.bytes)
      if (byte == '\n') byte = ' ';  // a line has none
  nlp::fuzz::allow({nlp::Kind::data}, [&] {
    if (is_cbor && nlp::cbor::item_size(raw.bytes) != raw.bytes.size()) return;  // as Input does
    const auto record = cli::parse_record(raw, options(data[0] >> 2));
    require_utf8(record.text);
    if (record.pair) require_utf8(*record.pair);
    for (const auto span : record.words)
      require(span.start < span.end && span.end <= record.text.size());
    for (const cli::Field& field : record.fields) require_utf8(field.key);
    read_members(record);
    pass_on(record);
  });
  return 0;
}
