// How a record is written down.
#pragma once
#include <cstdint>

namespace nlp::cli {

enum class Wire : std::uint8_t {
  json,  // a line of JSON
  cbor,  // an item of a CBOR sequence, RFC 8742
};

}  // namespace nlp::cli
