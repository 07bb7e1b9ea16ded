// Reads tokenizer.json: the frame.  The stages are read in json_*.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "tokenizer/json_stages.hpp"

namespace nlp::tokenizer {
namespace {

std::vector<AddedToken> read_added(const JsonPart& list) {
  std::vector<AddedToken> tokens;
  list.elements([&](const JsonPart& part) {
    AddedToken token;
    token.id = static_cast<std::int32_t>(part.member("id").integer(0, kLargestId));
    token.content = part.member("content").string();
    token.single_word = part.boolean("single_word", false);
    token.lstrip = part.boolean("lstrip", false);
    token.rstrip = part.boolean("rstrip", false);
    token.special = part.boolean("special", false);
    token.normalized = part.boolean("normalized", !token.special);
    tokens.push_back(std::move(token));
  });
  return tokens;
}

// Added tokens have the id of the vocabulary, else the next one behind it: whatever the file says,
// so the reference deals them out.  A token that is there already counts once.
void settle_ids(Parts& parts) {
  std::set<std::string, std::less<>> seen;
  std::erase_if(parts.added, [&](const AddedToken& token) {
    return token.content.empty() || !seen.insert(token.content).second;
  });
  const auto count = static_cast<std::int32_t>(parts.vocabulary.count());
  std::int32_t next = count;
  for (AddedToken& token : parts.added) {
    const std::int32_t known = parts.vocabulary.find(token.content);
    const std::int32_t id = known >= 0 ? known : next;
    if (id != token.id)
      parts.provenance.push_back(fmt::format(
          "the added token \"{}\" has the id {}, not the file's {}", token.content, id, token.id));
    token.id = id;
    if (id >= count) next = std::max(next, id + 1);
  }
}

void tell_ignored(const JsonPart& root, std::vector<std::string>& provenance) {
  if (const auto truncation = root.find("truncation")) {
    std::string length;
    if (const auto most = truncation->find("max_length"))
      length = fmt::format(" (max_length {})", most->integer(0, INT64_MAX));
    provenance.push_back(fmt::format("the file's truncation{} is ignored", length));
  }
  if (root.find("padding")) provenance.emplace_back("the file's padding is ignored");
}

}  // namespace

std::unique_ptr<Parts> read_tokenizer_json(const std::string& file, const TokenizerConfig& config) {
  simdjson::padded_string text;
  if (simdjson::padded_string::load(file).get(text))
    throw Error(Kind::model, file + ": cannot be read");
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (const auto error = parser.parse(text).get(document))
    throw Error(Kind::model,
                fmt::format("{}: not JSON ({})", file, simdjson::error_message(error)));
  const JsonPart root(document, file + ":");

  auto parts = std::make_unique<Parts>();
  parts->config = config;
  parts->provenance.push_back("read from " + file);
  tell_ignored(root, parts->provenance);
  if (const auto added = root.find("added_tokens")) parts->added = read_added(*added);
  if (const auto normalizer = root.find("normalizer"))
    parts->normalizer = read_normalizer(*normalizer, *parts);
  if (const auto pre_tokenizer = root.find("pre_tokenizer"))
    parts->pre_tokenizer = read_pre_tokenizer(*pre_tokenizer, *parts);
  read_model(root.member("model"), *parts);
  settle_ids(*parts);
  if (const auto post_processor = root.find("post_processor"))
    read_post_processor(*post_processor, *parts);
  if (const auto decoder = root.find("decoder"))
    parts->decoder = read_decoder(*decoder, *parts);
  else
    parts->decoder = std::make_unique<SpaceDecoder>();
  return parts;
}

}  // namespace nlp::tokenizer
