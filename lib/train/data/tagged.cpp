#include "train/data/tagged.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "train/data/tag.hpp"

namespace nlp::train {
namespace {

constexpr std::string_view kBlank = " \t";

bool is_comment(std::string_view line) {
  return line.starts_with("# ") && line.find('\t') == line.npos && line.find(" = ") != line.npos;
}

// The first and the last column.  Empty ones where they are missing.
std::pair<std::string_view, std::string_view> columns(std::string_view line) {
  if (const std::size_t tab = line.find('\t'); tab != line.npos) {
    line = line.substr(0, line.find_last_not_of(kBlank) + 1);
    const std::size_t last = line.rfind('\t');
    if (last == line.npos) return {line, ""};
    return {line.substr(0, tab), line.substr(last + 1)};
  }
  const std::size_t first = std::min(line.find_first_not_of(' '), line.size());
  const std::size_t end = std::min(line.find(' ', first), line.size());
  line = line.substr(0, line.find_last_not_of(' ') + 1);
  if (end >= line.size()) return {line.substr(std::min(first, line.size())), ""};
  return {line.substr(first, end - first), line.substr(line.rfind(' ') + 1)};
}

class Reader {
 public:
  Reader(const TagSpec& spec, TagSet& set) : spec_(spec), set_(set) {}

  void read(const std::string& path, std::uint32_t index) {
    SetFile file(path, spec_.max_line);
    const std::size_t before = set_.sentences.size();
    TaggedSentence sentence;
    const auto close = [&] {
      if (!sentence.words.empty()) set_.sentences.push_back(std::move(sentence));
      sentence = {};
      open_ = -1;
    };
    for (std::string line; file.next(line);) {
      if (line.find_first_not_of(kBlank) == line.npos) {
        close();
        continue;
      }
      if (is_comment(line) || line.starts_with("-DOCSTART-")) continue;
      const auto [word, tag] = columns(line);
      if (word.empty() || tag.empty())
        throw file.error(
            "no word and tag (expected WORD TAB TAG, or columns set apart by spaces); "
            "mend the line");
      if (sentence.words.empty()) sentence.place = {index, file.line()};
      add(word, tag, sentence);
      if (sentence.text.size() > spec_.max_line)
        throw file.error(
            fmt::format("sentence too long (expected {} bytes at most); end sentences "
                        "by empty lines",
                        spec_.max_line));
    }
    close();
    if (set_.sentences.size() == before) throw no_rows(file.name());
    set_.repaired += file.repaired();
  }

 private:
  void add(std::string_view word, std::string_view tag, TaggedSentence& dst) {
    if (!dst.text.empty()) dst.text += ' ';
    const auto start = static_cast<std::uint32_t>(dst.text.size());
    dst.text += word;
    dst.words.push_back({start, static_cast<std::uint32_t>(dst.text.size())});
    const Tag parts = tag_of(tag);
    WordTag bio;
    if (!parts.is_outside()) bio.kind = kind_of(std::string(parts.kind));
    if (bio.kind != WordTag::kOutside) bio.begins = parts.opens() || bio.kind != open_;
    open_ = parts.closes() ? WordTag::kOutside : bio.kind;
    dst.tags.push_back(bio);
  }

  std::int32_t kind_of(std::string kind) {
    if (const auto other = spec_.renamed.find(kind); other != spec_.renamed.end())
      kind = other->second;
    if (kind == "O") return WordTag::kOutside;
    if (std::ranges::find(spec_.unlabelled, kind) != spec_.unlabelled.end())
      return WordTag::kUnlabelled;
    const auto [found, is_new] = kinds_.emplace(kind, static_cast<std::int32_t>(set_.kinds.size()));
    if (is_new) set_.kinds.push_back(kind);
    return found->second;
  }

  const TagSpec& spec_;
  TagSet& set_;
  std::map<std::string, std::int32_t> kinds_;
  std::int32_t open_ = WordTag::kOutside;  // the kind of the entity that may go on
};

}  // namespace

TagSet read_tagged(const std::vector<std::string>& files, const TagSpec& spec) {
  TagSet set;
  set.files = names_of(files);
  set.unlabelled = spec.unlabelled;
  Reader reader(spec, set);
  for (std::uint32_t file = 0; file < files.size(); ++file) reader.read(files[file], file);
  return set;
}

std::vector<std::string> TagSet::labels() const {
  std::vector<std::string> all = kinds;
  all.insert(all.end(), unlabelled.begin(), unlabelled.end());
  std::vector<std::string> labels{"O"};
  for (const std::string& kind : sorted_labels(std::move(all)))
    for (const char* place : {"B-", "I-"}) labels.push_back(place + kind);
  return labels;
}

}  // namespace nlp::train
