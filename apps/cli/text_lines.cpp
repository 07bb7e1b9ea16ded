#include "cli/text_lines.hpp"

#include <fmt/format.h>

#include <string_view>

#include "cli/byte_source.hpp"
#include "text/utf8.hpp"

namespace nlp::cli {

std::vector<std::string> read_text_lines(const std::vector<std::string>& files,
                                         const Messages& messages) {
  const Wakeup wakeup;
  std::vector<std::string> lines;
  std::uint64_t repaired = 0;
  for (const std::string& file : files) {
    ByteSource source(file, wakeup);
    std::string bytes;
    while (source.read(bytes)) continue;
    for (std::string_view rest = bytes; !rest.empty();) {
      const auto end = rest.find('\n');
      std::string line(rest.substr(0, end));
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
      repaired += text::repair(line);
      if (!line.empty()) lines.push_back(std::move(line));
    }
  }
  messages.warn_of_repaired(repaired);
  return lines;
}

}  // namespace nlp::cli
