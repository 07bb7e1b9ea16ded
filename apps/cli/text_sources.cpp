#include "cli/text_sources.hpp"

#include <unistd.h>

#include "base/error.hpp"
#include "cli/app.hpp"
#include "cli/byte_source.hpp"
#include "cli/signals.hpp"
#include "train/data/text_files.hpp"

namespace nlp::cli {

TextSources::TextSources(const std::vector<std::string>& names) {
  std::vector<std::filesystem::path> paths;
  for (const std::string& name : names) {
    if (name != "-") {
      paths.emplace_back(name);
      continue;
    }
    if (stdin_) throw Error(Kind::usage, "-: stdin is given twice; it can be read once");
    if (::isatty(STDIN_FILENO) == 1) throw NothingToRead();
    stdin_ = std::make_unique<TemporaryFile>();
    const Wakeup wakeup;
    ByteSource source("-", wakeup);
    std::string buffer;
    bool empty = true;
    while (source.read(buffer)) {
      check_signals();
      empty = empty && buffer.empty();
      stdin_->append(buffer);
      buffer.clear();
    }
    stdin_->append(buffer);
    if (empty && buffer.empty()) throw Error(Kind::data, "stdin: no text; is something piped in?");
    paths.push_back(stdin_->path());
  }
  files_ = train::text_files(paths);
}

}  // namespace nlp::cli
