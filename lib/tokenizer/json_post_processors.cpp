// The "post_processor" of tokenizer.json.
#include <map>

#include "tokenizer/json_stages.hpp"

namespace nlp::tokenizer {
namespace {

Template make_template(const JsonPart& part, const Parts&) {
  std::map<std::string, std::vector<std::int32_t>, std::less<>> special;
  if (const auto table = part.find("special_tokens"))
    table->members([&](std::string_view name, simdjson::dom::element value) {
      const JsonPart token(value, table->where() + "/" + std::string(name));
      auto& ids = special[std::string(name)];
      token.member("ids").elements([&](const JsonPart& id) {
        ids.push_back(static_cast<std::int32_t>(id.integer(0, kLargestId)));
      });
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
        item.ids = found->second;
        item.type_id = static_cast<std::int32_t>(token.member("type_id").integer(0, kLargestType));
      }
      items.push_back(std::move(item));
    });
    return items;
  };
  return Template(read("single"), read("pair"));
}

Template make_bert_processing(const JsonPart& part, const Parts&) {
  const auto token = [&](const char* key, std::int32_t type_id) {
    std::vector<JsonPart> pair;
    part.member(key).elements([&](const JsonPart& element) { pair.push_back(element); });
    if (pair.size() != 2) part.fail(fmt::format("{} is not a token and its id", key));
    return TemplateItem{TemplateItem::Kind::special,
                        type_id,
                        {static_cast<std::int32_t>(pair[1].integer(0, kLargestId))}};
  };
  const TemplateItem text{TemplateItem::Kind::text, 0, {}}, pair{TemplateItem::Kind::pair, 1, {}};
  return Template({token("cls", 0), text, token("sep", 0)},
                  {token("cls", 0), text, token("sep", 0), pair, token("sep", 1)});
}

constexpr std::array kPostProcessors = {
    Factory<Template>{"TemplateProcessing", make_template},
    Factory<Template>{"BertProcessing", make_bert_processing},
};

}  // namespace

Template read_post_processor(const JsonPart& part, const Parts& parts) {
  return make(kPostProcessors, part, parts);
}

}  // namespace nlp::tokenizer
