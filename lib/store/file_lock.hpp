// A lock that processes share by a file, as huggingface_hub takes it (flock).
#pragma once
#include <filesystem>
#include <functional>

namespace nlp::store {

class FileLock {
 public:
  // Makes the file and waits for the lock; `check` is called while it waits, and may throw.
  // Throws Error{io}.
  FileLock(const std::filesystem::path& file, const std::function<void()>& check);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace nlp::store
