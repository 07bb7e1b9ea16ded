#include "cli/model_card.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/display_names.hpp"
#include "cli/messages.hpp"
#include "cli/size.hpp"
#include "cli/table.hpp"
#include "cli/value_writer.hpp"
#include "store/cache.hpp"
#include "store/front_matter.hpp"
#include "tokenizer/rule.hpp"
#include "tokenizer/tokenizer.hpp"

namespace nlp::cli {
namespace {

constexpr std::int64_t kNoLimit = 1 << 20;  // tokens: what says more than this says none

const char* name_of(task::Pooling pooling) {
  switch (pooling) {
    case task::Pooling::cls:
      return "cls";
    case task::Pooling::max:
      return "max";
    case task::Pooling::mean:
      return "mean";
    case task::Pooling::mean_sqrt_len:
      return "mean_sqrt_len";
    case task::Pooling::weighted_mean:
      return "weighted_mean";
    case task::Pooling::last:
      return "last";
  }
  return "";
}

// How a text becomes one vector.
struct Embedding {
  std::vector<std::string> pooling;
  bool normalized = false;
  std::int64_t size = 0;
};

Embedding embedding_of(const ModelCard& card) {
  Embedding embedding;
  for (const auto mode : card.sentence.pooling) embedding.pooling.emplace_back(name_of(mode));
  embedding.size =
      card.survey.config.output_size * static_cast<std::int64_t>(card.sentence.pooling.size());
  for (const auto& step : card.sentence.steps) {
    if (const auto* dense = std::get_if<model::Dense>(&step))
      embedding.size = dense->outputs();
    else
      embedding.normalized = true;
  }
  return embedding;
}

bool has_labels(const ModelCard& card) {
  return std::ranges::any_of(card.survey.heads, [](model::Head head) {
    return head == model::Head::token_classification ||
           head == model::Head::sequence_classification;
  });
}

std::vector<std::string> head_names(const ModelCard& card) {
  std::vector<std::string> names;
  for (const auto head : card.survey.heads) names.emplace_back(model::name_of(head));
  return names;
}

std::string count_text(std::uint64_t count) {
  const auto number = static_cast<double>(count);
  return number >= 1e9   ? fmt::format("{:.2f} thousand million", number / 1e9)
         : number >= 1e6 ? fmt::format("{:.1f} million", number / 1e6)
                         : fmt::format("{}", count);
}

// Of a path in the store: .../models--ORG--NAME/snapshots/COMMIT.
void read_place(ModelCard& card) {
  const auto snapshots = card.path.parent_path(), folder = snapshots.parent_path();
  if (snapshots.filename() != "snapshots" || !store::is_commit(card.path.filename().string()))
    return;
  for (const auto& repository : store::repositories(folder.parent_path()))
    if (store::folder_of(folder.parent_path(), repository) == folder)
      for (const auto& snapshot : store::snapshots(folder.parent_path(), repository))
        if (snapshot.path == card.path) {
          card.commit = snapshot.commit;
          card.refs = snapshot.refs;
        }
}

void put_embedding(const ModelCard& card, ValueWriter& writer) {
  writer.key("embedding");
  if (!card.sentence.found || card.sentence.splade) {
    writer.value(nullptr);
    return;
  }
  const Embedding embedding = embedding_of(card);
  writer.object().put("pooling", embedding.pooling).put("normalized", embedding.normalized);
  writer.put("size", embedding.size).key("prompts").object();
  for (const auto& [name, text] : card.sentence.prompts) writer.put(name, displayable(text));
  writer.end().end();
}

}  // namespace

ModelCard read_model_card(const std::string& given, const Environment& environment) {
  ModelCard card;
  card.name = given;
  card.path = resolve_model(given, environment).lexically_normal();
  if (!card.path.has_filename()) card.path = card.path.parent_path();
  card.sentence = task::read_sentence_modules(card.path);
  const auto& folder = card.sentence.transformer;
  card.survey = model::survey(folder);
  const auto tokenizer = tokenizer::Tokenizer::open(folder);
  card.tokenizer_rule = tokenizer::read_rule(folder);
  card.mask_token = tokenizer.mask_token();
  card.tokens = tokenizer.vocab_size();
  const std::int64_t most =
      std::min({card.survey.config.max_tokens, tokenizer.max_length().value_or(kNoLimit),
                card.sentence.max_tokens.value_or(kNoLimit)});
  if (most < kNoLimit) card.max_tokens = most;
  card.license = displayable(store::license_of(card.path));
  read_place(card);
  return card;
}

std::string text_of(const ModelCard& card) {
  const auto& config = card.survey.config;
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](const char* name, std::string text) {
    if (!text.empty()) rows.push_back({name, std::move(text)});
  };
  const auto joined = [](const auto& words) { return fmt::format("{}", fmt::join(words, ", ")); };
  add("model", card.name);
  add("path", card.path.string());
  if (!card.commit.empty())
    add("revision",
        card.refs.empty() ? card.commit : fmt::format("{} ({})", joined(card.refs), card.commit));
  add("licence", card.license.empty() ? "not told" : card.license);
  add("family", config.architectures.empty()
                    ? config.model_type
                    : fmt::format("{} ({})", config.model_type, joined(config.architectures)));
  const auto heads = head_names(card);
  add("heads", heads.empty() ? "none" : joined(heads));
  if (card.survey.has_decoder)
    add("decoder", cli::counted(static_cast<std::uint64_t>(config.decoder.layers), "layer"));
  if (has_labels(card)) add("labels", displayable(joined(config.labels)));
  add("layers", fmt::format("{} of hidden size {}, {} heads, intermediate size {}", config.layers,
                            config.hidden_size, config.heads, config.intermediate_size));
  std::vector<std::string> types;
  for (const auto& [type, count] : card.survey.types) types.push_back(type);
  add("parameters", fmt::format("{} ({}), {}", count_text(card.survey.parameters), joined(types),
                                size_text(card.survey.bytes)));
  add("tokenizer",
      fmt::format(
          "{} of {} tokens{}", card.tokenizer_rule, card.tokens,
          card.mask_token.empty() ? std::string() : fmt::format(", mask {}", card.mask_token)));
  add("max tokens", card.max_tokens ? fmt::format("{}", *card.max_tokens) : "any number");
  if (card.sentence.splade) add("embedding", "words with weights (SPLADE)");
  if (card.sentence.found && !card.sentence.splade) {
    const Embedding embedding = embedding_of(card);
    add("embedding",
        fmt::format("{} numbers, pooling {}{}", embedding.size, joined(embedding.pooling),
                    embedding.normalized ? ", normalized" : ""));
  }
  for (const auto& [name, text] : card.sentence.prompts)
    add("prompt", fmt::format("{}: {}", displayable(name), displayable(text)));
  return aligned(rows);
}

std::string json_of(const ModelCard& card) {
  const auto& config = card.survey.config;
  std::string text;
  ValueWriter writer(Wire::json, text);
  const auto put_or_null = [&](const char* key, const std::string& value) {
    writer.key(key);
    value.empty() ? writer.value(nullptr) : writer.value(value);
  };
  writer.object().put("model", card.name).put("path", card.path.string());
  put_or_null("commit", card.commit);
  writer.put("refs", card.refs);
  put_or_null("license", card.license);
  writer.put("model_type", config.model_type).put("architectures", config.architectures);
  writer.put("heads", head_names(card)).put("decoder", card.survey.has_decoder).key("labels");
  has_labels(card) ? writer.value(config.labels) : writer.value(nullptr);
  writer.put("layers", config.layers).put("hidden_size", config.hidden_size);
  writer.put("attention_heads", config.heads).put("intermediate_size", config.intermediate_size);
  writer.put("vocab_size", config.vocab_size).key("max_tokens");
  card.max_tokens ? writer.value(*card.max_tokens) : writer.value(nullptr);
  writer.put("parameters", card.survey.parameters).key("types").object();
  for (const auto& [type, count] : card.survey.types) writer.put(type, count);
  writer.end().put("bytes", card.survey.bytes).key("tokenizer").object();
  writer.put("rule", card.tokenizer_rule).put("tokens", card.tokens);
  put_or_null("mask", card.mask_token);
  writer.end();
  put_embedding(card, writer);
  writer.put("sparse", card.sentence.splade.has_value()).end();
  return text + "\n";
}

}  // namespace nlp::cli
