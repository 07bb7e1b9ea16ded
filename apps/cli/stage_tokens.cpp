#include "cli/stage_tokens.hpp"

#include <numeric>

namespace nlp::cli {

StageTokens stage_tokens(const Record& record, const tokenizer::Tokenizer& tokenizer,
                         std::int64_t limit, const task::FitOptions& options) {
  StageTokens tokens;
  tokens.given = has_tokens(record);
  tokens.encoding = tokens_of(tokenizer, record);
  if (tokens.given) {  // the words are not known; the places tell what is left
    tokens.encoding.words.resize(tokens.encoding.size());
    std::iota(tokens.encoding.words.begin(), tokens.encoding.words.end(), 0);
  }
  tokens.input = task::split_input(tokens.encoding, limit, options);
  if (tokens.given && tokens.input.truncated)
    tokens.kept.assign(tokens.encoding.words.begin(), tokens.encoding.words.end());
  return tokens;
}

void put_stage_tokens(Reply& reply, const Record& record, const StageTokens& tokens,
                      const tokenizer::Tokenizer& tokenizer, text::Unit unit) {
  auto& writer = reply.object();
  if (!tokens.given)
    return put_tokens(writer, record, tokens.encoding, tokenizer.surfaces(tokens.encoding), unit);
  put_texts(writer, record);
  if (!tokens.input.truncated) return;
  const auto put_kept = [&](const char* key, const auto& values) {
    writer.key(key).array();
    for (const std::size_t place : tokens.kept)
      if (place < values.size()) writer.value(values[place]);
    writer.end();
  };
  if (record.has("tokens")) put_kept("tokens", record.strings("tokens"));
  writer.put("ids", tokens.encoding.ids);
  if (record.has("offsets")) put_kept("offsets", record.spans("offsets"));
  writer.put("type_ids", tokens.encoding.type_ids).put("special", tokens.encoding.special);
  if (record.has("labels")) put_kept("labels", record.integers("labels"));
}

}  // namespace nlp::cli
