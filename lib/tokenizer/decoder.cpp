#include "tokenizer/decoder.hpp"

#include <algorithm>

#include "text/utf8.hpp"

namespace nlp::tokenizer {
namespace {

constexpr std::pair<std::string_view, std::string_view> kCleanup[] = {
    {" .", "."},   {" ?", "?"},     {" !", "!"},     {" ,", ","},
    {" ' ", "'"},  {" n't", "n't"}, {" 'm", "'m"},   {" do not", " don't"},
    {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"},
};

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  if (from.empty()) return;
  std::size_t at = text.find(from);
  if (at == std::string::npos) return;
  std::string replaced;
  std::size_t done = 0;
  for (; at != std::string::npos; at = text.find(from, done)) {
    replaced.append(text, done, at - done).append(to);
    done = at + from.size();
  }
  text = replaced.append(text, done);
}

void clean_up(std::string& text) {
  for (const auto& [from, to] : kCleanup) replace_all(text, from, to);
}

// The byte of a token `<0xNN>`, -1 where it is none.  A sign before one digit is one, too: so the
// reference reads numbers.
int fallback_byte(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || token[5] != '>') return -1;
  int byte = 0;
  for (const char digit : token.substr(token[3] == '+' ? 4 : 3, token[3] == '+' ? 1 : 2)) {
    if (digit >= '0' && digit <= '9')
      byte = byte * 16 + (digit - '0');
    else if (digit >= 'a' && digit <= 'f')
      byte = byte * 16 + (digit - 'a' + 10);
    else if (digit >= 'A' && digit <= 'F')
      byte = byte * 16 + (digit - 'A' + 10);
    else
      return -1;
  }
  return byte;
}

}  // namespace

void WordPieceDecoder::apply(std::vector<std::string>& tokens) const {
  for (std::size_t k = 0; k < tokens.size(); ++k) {
    if (k > 0) {
      if (!prefix_.empty() && tokens[k].starts_with(prefix_))
        tokens[k].erase(0, prefix_.size());
      else if (!prefix_.empty())
        tokens[k].insert(tokens[k].begin(), ' ');
    }
    if (cleanup_) clean_up(tokens[k]);
  }
}

void SpaceDecoder::apply(std::vector<std::string>& tokens) const {
  for (std::size_t k = 1; k < tokens.size(); ++k) tokens[k].insert(tokens[k].begin(), ' ');
}

void DecoderSequence::apply(std::vector<std::string>& tokens) const {
  for (const auto& part : parts_) part->apply(tokens);
}

void MetaspaceDecoder::apply(std::vector<std::string>& tokens) const {
  for (std::size_t k = 0; k < tokens.size(); ++k)
    replace_all(tokens[k], replacement_, k == 0 && prepends_ ? "" : " ");
}

void BpeDecoder::apply(std::vector<std::string>& tokens) const {
  for (std::size_t k = 0; k < tokens.size(); ++k)
    replace_all(tokens[k], suffix_, k + 1 == tokens.size() ? "" : " ");
}

void ByteFallbackDecoder::apply(std::vector<std::string>& tokens) const {
  std::vector<std::string> decoded;
  std::string bytes;
  const auto flush = [&] {
    if (bytes.empty()) return;
    if (text::valid_prefix(bytes) == bytes.size())
      decoded.push_back(bytes);
    else
      decoded.insert(decoded.end(), bytes.size(), "\uFFFD");
    bytes.clear();
  };
  for (std::string& token : tokens) {
    if (const int byte = fallback_byte(token); byte >= 0) {
      bytes.push_back(static_cast<char>(byte));
      continue;
    }
    flush();
    decoded.push_back(std::move(token));
  }
  flush();
  tokens = std::move(decoded);
}

void FuseDecoder::apply(std::vector<std::string>& tokens) const {
  std::string whole;
  for (const std::string& token : tokens) whole += token;
  tokens.assign(1, std::move(whole));
}

void StripDecoder::apply(std::vector<std::string>& tokens) const {
  for (std::string& token : tokens) {
    std::string_view rest = token;
    for (std::size_t k = 0; k < start_ && rest.starts_with(content_); ++k)
      rest.remove_prefix(content_.size());
    for (std::size_t k = 0; k < stop_ && rest.ends_with(content_); ++k)
      rest.remove_suffix(content_.size());
    token = std::string(rest);
  }
}

void ReplaceDecoder::apply(std::vector<std::string>& tokens) const {
  std::vector<Match> parts;
  for (std::string& token : tokens) {
    parts.clear();
    pattern_->find(token, parts);
    std::string replaced;
    for (const Match& part : parts)
      replaced += part.found ? text_ : token.substr(part.span.start, part.span.size());
    token = std::move(replaced);
  }
}

void CtcDecoder::apply(std::vector<std::string>& tokens) const {
  tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
  for (std::string& token : tokens) {
    replace_all(token, pad_, "");
    if (!cleanup_) continue;
    clean_up(token);
    replace_all(token, delimiter_, " ");
  }
  std::erase_if(tokens, [](const std::string& token) { return token.empty(); });
}

}  // namespace nlp::tokenizer
