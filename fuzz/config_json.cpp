// Any bytes as config.json: they are refused with an Error, or make a config whose numbers can be
// multiplied and divided as models do.
#include "model/config.hpp"
#include "support.hpp"

using nlp::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const nlp::fuzz::OneFile file("config.json");
  const auto& directory = file.write(nlp::fuzz::text_of(data, size));
  nlp::fuzz::allow({nlp::Kind::model}, [&] {
    const auto config = nlp::model::read_config(directory);
    require(config.hidden_size > 0 && config.heads > 0 && config.layers >= 0);
    require(config.hidden_size % config.heads == 0);
    require(config.intermediate_size > 0 && config.vocab_size > 0 && config.max_tokens > 0);
    require(config.layer_norm_epsilon >= 0);
    std::int64_t product = 0;
    require(!__builtin_mul_overflow(config.vocab_size, config.hidden_size * 4, &product));
    require(!__builtin_mul_overflow(config.intermediate_size, config.hidden_size * 4, &product));
  });
  return 0;
}
