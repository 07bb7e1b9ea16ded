// Any bytes repaired: the result is UTF-8, what was UTF-8 is left alone, offsets lead there and
// back.
#include "text/utf8.hpp"

#include "support.hpp"
#include "text/offsets.hpp"

using nlp::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = nlp::fuzz::text_of(data, size);
  const std::size_t valid = nlp::text::valid_prefix(bytes);
  require(valid <= bytes.size());

  std::string text(bytes);
  const std::size_t repaired = nlp::text::repair(text);
  require((repaired == 0) == (valid == size));
  require(repaired > 0 || text == bytes);
  require(nlp::text::valid_prefix(text) == text.size());
  require(text.compare(0, valid, bytes.substr(0, valid)) == 0);

  std::string again;  // decoding and encoding is the way there and back
  for (std::size_t at = 0; at < text.size();) nlp::text::append(again, nlp::text::decode(text, at));
  require(again == text);

  for (const auto unit :
       {nlp::text::Unit::bytes, nlp::text::Unit::codepoints, nlp::text::Unit::utf16}) {
    const nlp::text::Offsets offsets(text, unit);
    std::uint32_t before = 0;
    for (std::size_t at = 0; at < text.size();) {
      const std::uint32_t index = offsets(static_cast<std::uint32_t>(at));
      require(index >= before && offsets.byte_of(index) == at);
      before = index;
      nlp::text::decode(text, at);
    }
  }
  return 0;
}
