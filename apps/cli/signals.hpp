// What a signal leaves behind: nothing.
#pragma once
#include <string>

namespace nlp::cli {

// SIGINT ends with 130, SIGTERM and SIGHUP with 128 + their number; a file that was marked is
// removed first.  A closed pipe becomes an error of write().
void handle_signals();

// The file to remove, or none for an empty path.
void remove_on_signal(const std::string& path);

}  // namespace nlp::cli
