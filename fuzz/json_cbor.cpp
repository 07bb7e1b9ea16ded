// Any bytes as JSON text, and as a CBOR item: JSON stays the same value by way of CBOR, and what
// CBOR becomes is JSON.
#include "base/cbor.hpp"
#include "base/json_text.hpp"
#include "support.hpp"
#include "text/utf8.hpp"

namespace cbor = nlp::cbor;
using nlp::fuzz::require;

namespace {

void by_way_of_cbor(std::string_view json) {
  std::string item, back, item_again, back_again;
  cbor::append_from_json(json, item);
  require(cbor::item_size(item) == item.size());
  cbor::append_json(item, back);
  require(nlp::json_text::check(back) == back);
  cbor::append_from_json(back, item_again);  // numbers may be spelled anew, once
  cbor::append_json(item_again, back_again);
  require(back_again == back);
}

void from_cbor(std::string_view bytes) {
  const auto size = cbor::item_size(bytes);
  if (!size) return;
  require(*size > 0 && *size <= bytes.size());
  std::string json;
  cbor::append_json(bytes.substr(0, *size), json);
  nlp::text::repair(json);
  by_way_of_cbor(nlp::json_text::check(json));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = nlp::fuzz::text_of(data, size);
  std::string text(bytes);
  nlp::text::repair(text);
  nlp::fuzz::allow({nlp::Kind::data}, [&] { by_way_of_cbor(nlp::json_text::check(text)); });
  nlp::fuzz::allow({nlp::Kind::data}, [&] { from_cbor(bytes); });
  return 0;
}
