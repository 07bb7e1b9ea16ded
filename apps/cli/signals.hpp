// What a signal leaves behind: nothing.
#pragma once
#include <string>

namespace nlp::cli {

// SIGINT ends with 130, SIGTERM and SIGHUP with 128 + their number; a file that was marked is
// removed first.  A closed pipe becomes an error of write().
void handle_signals();

// The file to remove, or none for an empty path.
void remove_on_signal(const std::string& path);

// Thrown by check_signals(); App::run ends with 128 + signal.
struct Signalled {
  int signal;
};

// From now on a signal waits for the next check_signals(), which throws it: for commands that have
// more to clean up than one file.
void defer_signals();
void check_signals();

}  // namespace nlp::cli
