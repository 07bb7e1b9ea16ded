#include "tokenizer/decoder.hpp"

#include <utility>

namespace nlp::tokenizer {
namespace {

constexpr std::pair<std::string_view, std::string_view> kCleanup[] = {
    {" .", "."},   {" ?", "?"},     {" !", "!"},     {" ,", ","},
    {" ' ", "'"},  {" n't", "n't"}, {" 'm", "'m"},   {" do not", " don't"},
    {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"},
};

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

}  // namespace

std::string WordPieceDecoder::decode(const std::vector<std::string_view>& tokens) const {
  std::string text;
  for (std::size_t k = 0; k < tokens.size(); ++k) {
    std::string token;
    if (k > 0 && !prefix_.empty() && tokens[k].starts_with(prefix_))
      token = tokens[k].substr(prefix_.size());
    else if (k > 0)
      token.append(" ").append(tokens[k]);
    else
      token = tokens[k];
    if (cleanup_)
      for (const auto& [from, to] : kCleanup) replace_all(token, from, to);
    text += token;
  }
  return text;
}

std::string SpaceDecoder::decode(const std::vector<std::string_view>& tokens) const {
  std::string text;
  for (std::size_t k = 0; k < tokens.size(); ++k) {
    if (k > 0) text += ' ';
    text += tokens[k];
  }
  return text;
}

}  // namespace nlp::tokenizer
