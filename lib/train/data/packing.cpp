#include "train/data/packing.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "text/utf8.hpp"

namespace nlp::train {
namespace {

// A sequence that is filled to this share may end in front of a line.
constexpr double kFull = 0.75;
// One that is filled to this share ends with the document.
constexpr double kEnough = 0.5;

bool is_share(std::size_t size, std::size_t most, double share) {
  return static_cast<double>(size) >= share * static_cast<double>(most);
}

}  // namespace

Packer::Packer(const tokenizer::Tokenizer& tokenizer, const PackingOptions& options)
    : tokenizer_(tokenizer),
      options_(options),
      forbidden_(static_cast<std::size_t>(tokenizer.vocab_size())),
      unknown_id_(tokenizer.unknown_id().value_or(-1)) {
  if (options.most < 1)
    throw Error(Kind::usage, "sequences have no room for text; let them be longer");
  for (std::int32_t id = 0; id < tokenizer.vocab_size(); ++id)
    forbidden_[static_cast<std::size_t>(id)] = tokenizer.is_special(id) && id != unknown_id_;
}

Sequences Packer::operator()(std::string text, tokenizer::Tokenizer::Workspace& workspace) const {
  Sequences dst;
  dst.repaired = text::repair(text);
  std::string spaced;
  const auto open = [&] { return dst.ids.size() - (dst.ends.empty() ? 0 : dst.ends.back()); };
  const std::string_view view = text;
  for (std::size_t from = 0; from < view.size();) {
    const std::size_t end = std::min(view.find('\n', from), view.size());
    std::string_view line = view.substr(from, end - from);
    from = end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool blank = line.find_first_not_of(" \t\r\f\v") == std::string_view::npos;
    if (!blank) add(line, workspace, spaced, dst);
    if (open() > 0 &&
        (options_.line_by_line || (blank && is_share(open(), options_.most, kEnough))))
      dst.ends.push_back(dst.ids.size());
  }
  if (open() > 0) dst.ends.push_back(dst.ids.size());
  return dst;
}

void Packer::add(std::string_view line, tokenizer::Tokenizer::Workspace& workspace,
                 std::string& spaced, Sequences& dst) const {
  std::size_t begin = dst.ends.empty() ? 0 : dst.ends.back();
  const std::size_t before = dst.ids.size();
  if (before > begin) {
    spaced.assign(1, ' ').append(line);
    line = spaced;
  }
  tokenizer_.add_plain_ids(line, workspace, dst.ids, dst.starts);
  forbid(before, dst);
  while (dst.ids.size() - begin > options_.most) {
    const std::size_t limit = begin + options_.most;
    std::size_t cut = limit;
    while (cut > begin && dst.starts[cut] == 0) --cut;
    if (cut == begin) cut = limit;
    if (before > begin && before <= limit && is_share(before - begin, options_.most, kFull))
      cut = before;
    dst.ends.push_back(cut);
    begin = cut;
  }
}

void Packer::forbid(std::size_t from, Sequences& dst) const {
  std::size_t to = from;
  for (std::size_t t = from; t < dst.ids.size(); ++t) {
    std::int32_t id = dst.ids[t];
    if (forbidden_[static_cast<std::size_t>(id)] != 0) id = unknown_id_;
    if (id < 0) continue;  // a vocabulary of bytes: no word is unknown
    dst.ids[to] = id;
    dst.starts[to] = dst.starts[t];
    ++to;
  }
  dst.ids.resize(to);
  dst.starts.resize(to);
}

}  // namespace nlp::train
