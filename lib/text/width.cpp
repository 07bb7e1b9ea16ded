#include "text/width.hpp"

#include <utf8proc.h>

#include <algorithm>

#include "text/grapheme.hpp"
#include "text/utf8.hpp"

namespace nlp::text {
namespace {
constexpr char32_t kEmojiStyle = 0xFE0F;  // what stands before it is shown as an emoji

int cluster_columns(std::string_view cluster) {
  int columns = 0;
  for (std::size_t at = 0; at < cluster.size();) {
    const char32_t point = decode(cluster, at);
    columns += point == kEmojiStyle ? 1 : utf8proc_charwidth(static_cast<utf8proc_int32_t>(point));
  }
  return std::min(columns, 2);
}
}  // namespace

int columns_of(std::string_view text) {
  int columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = cluster_size(text, at);
    columns += cluster_columns(text.substr(at, size));
    at += size;
  }
  return columns;
}

std::string cut_to_columns(std::string_view text, int columns) {
  if (columns_of(text) <= columns) return std::string(text);
  int used = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t size = cluster_size(text, at);
    used += cluster_columns(text.substr(at, size));
    if (used > columns - 1) break;
    at += size;
  }
  return std::string(text.substr(0, at)) + "…";
}

}  // namespace nlp::text
