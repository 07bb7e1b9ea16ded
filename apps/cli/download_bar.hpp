// How far a download is, on one line of the terminal.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "cli/messages.hpp"
#include "store/pull.hpp"

namespace nlp::cli {

class DownloadBar {
 public:
  // Disabled it shows nothing, unless --progress says so.
  DownloadBar(const Messages& messages, bool disabled);

  void show(const store::PullProgress& progress);

 private:
  std::optional<Progress> line_;
  std::string path_;
  std::uint64_t first_ = 0;  // bytes that were there when the file was begun
  std::chrono::steady_clock::time_point start_;
};

// "[2/7] model.safetensors ######....  60 %  54.5 of 90.9 MB  10.2 MB/s  4 s left"
// `seconds`: since `fresh` bytes ago.
std::string bar_text(const store::PullProgress& progress, std::uint64_t fresh, double seconds);

}  // namespace nlp::cli
