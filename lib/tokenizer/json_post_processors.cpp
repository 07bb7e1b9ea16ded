// The "post_processor" of tokenizer.json.
#include <map>

#include "tokenizer/json_stages.hpp"

namespace nlp::tokenizer {
namespace {

Template make_template(const JsonPart& part, const Parts& parts) {
  std::map<std::string, TemplateItem, std::less<>> special;
  if (const auto table = part.find("special_tokens"))
    table->members([&](std::string_view name, simdjson::dom::element value) {
      const JsonPart token(value, table->where() + "/" + std::string(name));
      TemplateItem& item = special[std::string(name)];
      token.member("ids").elements([&](const JsonPart& id) {
        item.ids.push_back(static_cast<std::int32_t>(id.integer(0, kLargestId)));
      });
      if (const auto names = token.find("tokens")) {
        std::uint32_t index = 0;
        names->elements([&](const JsonPart& text) {
          if (index < item.ids.size() && text.string() != parts.surface_of(item.ids[index]))
            item.names.push_back({index, std::string(text.string())});
          ++index;
        });
      }
    });
  const auto read = [&](const char* key) {
    std::vector<TemplateItem> items;
    part.member(key).elements([&](const JsonPart& element) {
      constexpr std::int64_t kLargestType = 1 << 16;
      TemplateItem item;
      if (const auto sequence = element.find("Sequence")) {
        const std::string_view id = sequence->member("id").string();
        if (id != "A" && id != "B") sequence->fail("is neither A nor B");
        item.kind = id == "A" ? TemplateItem::Kind::text : TemplateItem::Kind::pair;
        item.type_id =
            static_cast<std::int32_t>(sequence->member("type_id").integer(0, kLargestType));
      } else {
        const JsonPart token = element.member("SpecialToken");
        const auto found = special.find(token.member("id").string());
        if (found == special.end()) token.fail("names a token that special_tokens does not have");
        item = found->second;
        item.type_id = static_cast<std::int32_t>(token.member("type_id").integer(0, kLargestType));
      }
      items.push_back(std::move(item));
    });
    return items;
  };
  return Template(read("single"), read("pair"));
}

// [CLS] A [SEP] B [SEP], or <s> A </s></s> B </s>: `cls` and `sep` are a token and its id each.
TemplateItem read_token(const JsonPart& part, const char* key, std::int32_t type_id) {
  std::vector<JsonPart> pair;
  part.member(key).elements([&](const JsonPart& element) { pair.push_back(element); });
  if (pair.size() != 2) part.fail(fmt::format("{} is not a token and its id", key));
  return {TemplateItem::Kind::special,
          type_id,
          {static_cast<std::int32_t>(pair[1].integer(0, kLargestId))}};
}

Template make_bert_processing(const JsonPart& part, const Parts&) {
  const TemplateItem text{TemplateItem::Kind::text, 0, {}}, pair{TemplateItem::Kind::pair, 1, {}},
      classify = read_token(part, "cls", 0), separate = read_token(part, "sep", 0),
      last = read_token(part, "sep", 1);
  return Template({classify, text, separate}, {classify, text, separate, pair, last});
}

Template make_roberta_processing(const JsonPart& part, const Parts&) {
  const TemplateItem text{TemplateItem::Kind::text, 0, {}}, pair{TemplateItem::Kind::pair, 0, {}},
      classify = read_token(part, "cls", 0), separate = read_token(part, "sep", 0);
  return Template({classify, text, separate}, {classify, text, separate, separate, pair, separate});
}

// ByteLevel has no template: it trims.
Template make_byte_level_template(const JsonPart&, const Parts&) { return {}; }

constexpr std::array kPostProcessors = {
    Factory<Template>{"TemplateProcessing", make_template},
    Factory<Template>{"BertProcessing", make_bert_processing},
    Factory<Template>{"RobertaProcessing", make_roberta_processing},
    Factory<Template>{"ByteLevel", make_byte_level_template},
};

// Without what it must say about spaces a RobertaProcessing is a BertProcessing to the reference.
std::string post_processor_type(const JsonPart& part) {
  std::string type =
      type_of(part, {{"trim_offsets", "RobertaProcessing"}, {"sep", "BertProcessing"}});
  if (type == "RobertaProcessing" && !(part.find("trim_offsets") && part.find("add_prefix_space")))
    type = "BertProcessing";
  return type;
}

void read_part(const JsonPart& part, bool alone, bool& has_template, Parts& parts) {
  const std::string type = post_processor_type(part);
  if (type == "Sequence") {
    part.member("processors").elements([&](const JsonPart& element) {
      read_part(element, false, has_template, parts);
    });
    return;
  }
  const Template made = make(kPostProcessors, part, parts, type);
  if (type == "RobertaProcessing" || type == "ByteLevel") {
    bool trims = part.member("trim_offsets").boolean();
    bool add_prefix_space = part.member("add_prefix_space").boolean();
    // Only one that stands alone is overruled.
    if (alone && overrules_prefix_space(parts.config)) {
      trims = parts.config.trim_offsets.value_or(true);
      add_prefix_space = parts.config.add_prefix_space.value_or(false);
      parts.provenance.push_back(fmt::format(
          "tokenizer_config.json ({}) overrules trim_offsets and add_prefix_space of the file's "
          "post-processor: {}, {}",
          parts.config.tokenizer_class, trims, add_prefix_space));
    }
    if (trims) parts.trimmers.push_back({add_prefix_space});
  }
  if (type == "ByteLevel") return;
  if (has_template) part.fail("is a second template, which is not supported");
  has_template = true;
  parts.post_processor = made;
}

}  // namespace

void read_post_processor(const JsonPart& part, Parts& parts) {
  bool has_template = false;
  read_part(part, true, has_template, parts);
}

}  // namespace nlp::tokenizer
