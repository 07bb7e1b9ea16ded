#include "model/generation_config.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.hpp"
#include "model/config_reader.hpp"

namespace nlp::model {
namespace {

// Rules that change the result, with the only value that is computed here.
struct Unsupported {
  std::string_view key;
  double only;
};
constexpr Unsupported kUnsupported[] = {
    {"repetition_penalty", 1},
    {"encoder_repetition_penalty", 1},
    {"encoder_no_repeat_ngram_size", 0},
    {"num_beam_groups", 1},
    {"diversity_penalty", 0},
    {"guidance_scale", 1},
};
constexpr std::string_view kAbsent[] = {"sequence_bias", "exponential_decay_length_penalty",
                                        "constraints", "force_words_ids", "watermarking_config"};

class GenerationReader {
 public:
  GenerationReader(const ConfigReader& reader, std::int64_t vocabulary)
      : reader_(reader), vocabulary_(vocabulary) {}

  std::int32_t id(std::string_view key, const Json& value) const {
    if (!value.is_number_integer() || value < 0 || value >= vocabulary_)
      reader_.fail(key, fmt::format("has {} (expected token ids from 0 to {})",
                                    value.dump().substr(0, 40), vocabulary_ - 1));
    return value.get<std::int32_t>();
  }

  // One id or a list.
  std::vector<std::int32_t> ids(std::string_view key) const {
    const Json* value = reader_.find(key);
    if (!value) return {};
    return value->is_array() ? list(key, *value) : std::vector{id(key, *value)};
  }

  std::vector<std::vector<std::int32_t>> lists(std::string_view key) const {
    const Json* value = reader_.find(key);
    if (!value) return {};
    if (!value->is_array()) reader_.fail(key, "is not a list of lists of token ids");
    std::vector<std::vector<std::int32_t>> result;
    for (const Json& each : *value) {
      if (!each.is_array() || each.empty())
        reader_.fail(key, "has an entry that is not a list of ids");
      result.push_back(list(key, each));
    }
    return result;
  }

  void refuse_unsupported() const {
    for (const Unsupported& fixed : kUnsupported)
      if (const Json* value = reader_.find(fixed.key); value && *value != fixed.only)
        reader_.fail(fixed.key, fmt::format("{} is not supported (only {})",
                                            value->dump().substr(0, 40), fixed.only));
    for (const std::string_view key : kAbsent)
      if (reader_.find(key)) reader_.fail(key, "is not supported");
  }

 private:
  std::vector<std::int32_t> list(std::string_view key, const Json& values) const {
    std::vector<std::int32_t> result;
    for (const Json& each : values) result.push_back(id(key, each));
    return result;
  }

  const ConfigReader& reader_;
  std::int64_t vocabulary_;
};

}  // namespace

GenerationConfig read_generation_config(const std::filesystem::path& directory,
                                        const Config& config) {
  const auto main_file = directory / "config.json", own_file = directory / "generation_config.json";
  const Json main = read_json(main_file);
  const bool has_own = std::filesystem::exists(own_file);
  const Json own = has_own ? read_json(own_file) : Json::object();
  const ConfigReader main_reader(main, main_file.string()), own_reader(own, own_file.string());
  if (!own.is_object()) own_reader.fail("generation_config.json", "is not a JSON object");
  const ConfigReader& reader = has_own ? own_reader : main_reader;
  const GenerationReader from(reader, config.decoder.vocab_size);
  const GenerationReader from_main(main_reader, config.decoder.vocab_size);
  from.refuse_unsupported();

  GenerationConfig result;
  const auto start = [&]() -> std::vector<std::int32_t> {
    for (const std::string_view key : {"decoder_start_token_id", "bos_token_id"})
      for (const GenerationReader* each : {&from, &from_main})
        if (auto ids = each->ids(key); !ids.empty()) return ids;
    return {};
  }();
  if (start.size() != 1)
    reader.fail("decoder_start_token_id", "is missing (expected one token id)");
  result.start_id = start.front();
  result.end_ids = from.ids("eos_token_id");
  if (result.end_ids.empty()) result.end_ids = from_main.ids("eos_token_id");
  if (result.end_ids.empty()) reader.fail("eos_token_id", "is missing (expected a token id)");

  if (const auto ids = from.ids("forced_bos_token_id"); !ids.empty())
    result.forced_first_id = ids.front();
  result.forced_last_ids = from.ids("forced_eos_token_id");
  result.bad_words = from.lists("bad_words_ids");
  // A lone end token is allowed even where it is called bad.
  std::erase_if(result.bad_words, [&](const std::vector<std::int32_t>& word) {
    return word.size() == 1 && std::ranges::count(result.end_ids, word.front()) > 0;
  });
  result.suppressed = from.ids("suppress_tokens");
  result.suppressed_first = from.ids("begin_suppress_tokens");
  // `min_length` counts the start token.
  result.min_new_tokens = std::max(reader.integer("min_new_tokens", 0, kMostRows, 0),
                                   reader.integer("min_length", 0, kMostRows, 0) - 1);
  result.no_repeat_ngram = reader.integer("no_repeat_ngram_size", 0, kMostRows, 0);
  if (const Json* penalty = reader.find("length_penalty")) {
    if (!penalty->is_number()) reader.fail("length_penalty", "is not a number");
    result.length_penalty = penalty->get<double>();
  }
  result.renormalize = reader.boolean("renormalize_logits", false);
  if (reader.find("num_beams")) result.beams = reader.integer("num_beams", 1, 1 << 10);
  if (reader.find("max_new_tokens"))
    result.max_new_tokens = reader.integer("max_new_tokens", 1, kMostRows);
  else if (reader.find("max_length"))
    result.max_new_tokens =
        std::max<std::int64_t>(reader.integer("max_length", 1, kMostRows) - 1, 1);
  return result;
}

}  // namespace nlp::model
