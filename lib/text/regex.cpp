#include "text/regex.hpp"

#include <oniguruma.h>

#include "base/error.hpp"

namespace nlp::text {
namespace {

const OnigUChar* bytes(const char* text) { return reinterpret_cast<const OnigUChar*>(text); }

std::string message(int code, OnigErrorInfo* info = nullptr) {
  OnigUChar text[ONIG_MAX_ERROR_MESSAGE_LEN];
  const int size =
      info ? onig_error_code_to_str(text, code, info) : onig_error_code_to_str(text, code);
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)};
}

void initialize() {
  static const int once = [] {
    OnigEncoding encodings[] = {ONIG_ENCODING_UTF8};
    return onig_initialize(encodings, 1);
  }();
  if (once != ONIG_NORMAL)
    throw Error(Kind::internal, "Oniguruma cannot be used: " + message(once));
}

}  // namespace

struct Regex::Compiled {
  regex_t* regex = nullptr;
  ~Compiled() { onig_free(regex); }
};

Regex::Regex(std::string_view pattern) : compiled_(std::make_unique<Compiled>()) {
  initialize();
  OnigErrorInfo info;
  const OnigUChar* start = bytes(pattern.data());
  const int code = onig_new(&compiled_->regex, start, start + pattern.size(), ONIG_OPTION_NONE,
                            ONIG_ENCODING_UTF8, ONIG_SYNTAX_DEFAULT, &info);
  if (code != ONIG_NORMAL)
    throw Error(Kind::model, "the pattern cannot be compiled: " + message(code, &info));
}

Regex::~Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;

Regex::Region::Region() : groups_(onig_region_new()) {}
Regex::Region::~Region() { onig_region_free(static_cast<OnigRegion*>(groups_), 1); }

std::optional<Span> Regex::search(std::string_view text, std::size_t from, Region& region) const {
  auto* groups = static_cast<OnigRegion*>(region.groups_);
  const OnigUChar* start = bytes(text.data());
  const OnigUChar* end = start + text.size();
  const int at =
      onig_search(compiled_->regex, start, end, start + from, end, groups, ONIG_OPTION_NONE);
  if (at == ONIG_MISMATCH) return {};
  if (at < 0)
    throw Error(Kind::data, "a pattern of the tokenizer fails on this text: " + message(at));
  return Span{static_cast<std::uint32_t>(groups->beg[0]),
              static_cast<std::uint32_t>(groups->end[0])};
}

}  // namespace nlp::text
