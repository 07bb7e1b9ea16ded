#include "store/download.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.hpp"
#include "base/synced.hpp"
#include "store/digest.hpp"
#include "store/file_lock.hpp"

namespace nlp::store {
namespace {

namespace fs = std::filesystem;

constexpr int kMostChanges = 3;  // of a file while it is downloaded

// A file that grows at its end.
class Part {
 public:
  explicit Part(const fs::path& file)
      : file_(file),
        descriptor_(::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) fail();
    const auto end = ::lseek(descriptor_, 0, SEEK_END);
    if (end < 0) fail();
    size_ = static_cast<std::uint64_t>(end);
  }
  ~Part() { ::close(descriptor_); }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

  std::uint64_t size() const { return size_; }
  void clear() {
    if (::ftruncate(descriptor_, 0) != 0) fail();
    size_ = 0;
  }
  void add(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail();
      bytes.remove_prefix(static_cast<std::size_t>(written));
      size_ += static_cast<std::uint64_t>(written);
    }
  }

 private:
  [[noreturn]] void fail() const {
    throw Error(Kind::io,
                fmt::format("{}: cannot be written ({})", file_.string(), std::strerror(errno)));
  }

  fs::path file_;
  int descriptor_;
  std::uint64_t size_ = 0;
};

// What became of one request for the rest of a file.
enum class Outcome { going_on, changed, broken };

// Takes the body of one response.
class Receiver {
 public:
  Receiver(const Hub& hub, const RemoteBlob& blob, Part& part, const Received& received,
           const std::string& url)
      : hub_(hub), blob_(blob), part_(part), received_(received), url_(url), from_(part.size()) {}

  bool take(const HttpResponse& response, std::string_view bytes) {
    if (!begun_) {
      begun_ = true;
      outcome = begin(response);
    }
    if (outcome != Outcome::going_on) return false;
    if (blob_.bytes && part_.size() + bytes.size() > *blob_.bytes) {
      why = "the server sends more bytes than it told";
      outcome = Outcome::broken;
      part_.clear();
      return false;
    }
    part_.add(bytes);
    received_(part_.size(), blob_.bytes.value_or(0));
    return true;
  }

  Outcome outcome = Outcome::going_on;
  std::string why;  // of what is broken

 private:
  Outcome begin(const HttpResponse& response) {
    if (response.status != 200 && response.status != 206) return Outcome::broken;
    // Elsewhere than at the hub etags are of another kind.
    const std::string linked = response.header("x-linked-etag");
    const std::string etag = bare_etag(linked.empty() ? response.header("etag") : linked);
    if (hub_.is_own(url_) && !etag.empty() && etag != blob_.etag) return Outcome::changed;
    const bool rest = response.status == 206;
    if (rest && !response.header("content-range").starts_with(fmt::format("bytes {}-", from_))) {
      why = fmt::format("the server sends `{}`, not from byte {} on",
                        response.header("content-range"), from_);
      part_.clear();
      return Outcome::broken;
    }
    if (!rest) part_.clear();  // it takes no ranges
    return Outcome::going_on;
  }

  const Hub& hub_;
  const RemoteBlob& blob_;
  Part& part_;
  const Received& received_;
  const std::string& url_;
  std::uint64_t from_;
  bool begun_ = false;
};

class Download {
 public:
  Download(Hub& hub, const Place& place, const std::string& path, const Received& received)
      : hub_(hub), place_(place), path_(path), received_(received) {}

  // Whether `part` holds the whole file; false: the hub has another one now.
  bool receive(RemoteBlob& blob, Part& part) {
    for (int attempt = 0;;) {
      if (blob.bytes && part.size() > *blob.bytes) part.clear();
      if (blob.bytes && part.size() == *blob.bytes) return true;
      std::string url = blob.url;
      const std::uint64_t before = part.size();
      Receiver receiver(hub_, blob, part, received_, url);
      HttpResponse response =
          hub_.get(url, before, [&](const HttpResponse& so_far, std::string_view bytes) {
            return receiver.take(so_far, bytes);
          });
      if (receiver.outcome == Outcome::changed) return false;
      const bool good = response.status == 200 || response.status == 206;
      const bool whole = blob.bytes ? part.size() == *blob.bytes : response.failure.empty();
      if (good && whole && receiver.outcome == Outcome::going_on) return true;
      if (part.size() > before) attempt = 0;
      if (response.failure.empty() && !receiver.why.empty()) response.failure = receiver.why;
      if (good && response.failure.empty())
        response.failure =
            fmt::format("the server sent {} bytes of {}", part.size(), blob.bytes.value_or(0));
      if (response.status == 416) part.clear();
      const bool expired = !hub_.is_own(url) && (response.status == 401 || response.status == 403 ||
                                                 response.status == 404);
      const bool again = Hub::may_retry(response) || response.status == 416 || expired;
      if (attempt >= hub_.options().retries || !again) hub_.fail(response, path_);
      hub_.wait(response, attempt++);
      if (expired && !ask_again(blob)) return false;
    }
  }

  RemoteBlob ask() { return hub_.blob(place_.repository, place_.commit, path_); }

 private:
  // For a new address of the same file.
  bool ask_again(RemoteBlob& blob) {
    RemoteBlob now = ask();
    const bool same = now.etag == blob.etag;
    if (same) blob = std::move(now);
    return same;
  }

  Hub& hub_;
  const Place& place_;
  const std::string& path_;
  const Received& received_;
};

// A blob of another size was damaged, or made by something else: it is replaced.
bool is_there(const fs::path& blob, const RemoteBlob& remote) {
  std::error_code absent;
  const auto bytes = fs::file_size(blob, absent);
  return !absent && (!remote.bytes || bytes == *remote.bytes);
}

void require_room(const fs::path& folder, std::uint64_t bytes, const std::string& path) {
  std::error_code unknown;
  const auto space = fs::space(folder, unknown);
  if (!unknown && space.available < bytes)
    throw Error(Kind::io,
                fmt::format("{}: needs {} bytes, and {} has room for {}; remove something "
                            "(nlp model remove), or set HF_HUB_CACHE",
                            path, bytes, folder.string(), space.available));
}

void require_same(const RemoteBlob& blob, const fs::path& part, const std::string& path,
                  const Hub& hub) {
  const auto digest =
      digest_like(blob.etag, part, [&](std::uint64_t) { hub.options().http.check(); });
  if (!digest || *digest == blob.etag) return;
  std::error_code ignored;
  fs::remove(part, ignored);
  throw Error(Kind::network,
              fmt::format("{}: not the bytes that the hub promised (expected {}, got "
                          "{}); try again",
                          path, blob.etag, *digest));
}

}  // namespace

Blob download(Hub& hub, const Place& place, const std::string& path, const Received& received) {
  const fs::path folder = folder_of(place.cache, place.repository), blobs = folder / "blobs";
  const fs::path locks = place.cache / ".locks" / folder.filename();
  Download file(hub, place, path, received);
  for (int change = 0; change < kMostChanges; ++change) {
    RemoteBlob blob = file.ask();
    const fs::path target = blobs / blob.etag;
    if (is_there(target, blob)) return {blob.etag};
    std::error_code failed;
    fs::create_directories(blobs, failed);
    const FileLock lock(locks / (blob.etag + ".lock"), hub.options().http.check);
    if (is_there(target, blob)) return {blob.etag};  // another process was quicker
    const fs::path waiting = blobs / (blob.etag + ".incomplete");
    bool whole = false;
    {
      Part part(waiting);
      require_room(blobs, blob.bytes.value_or(0) - std::min(part.size(), blob.bytes.value_or(0)),
                   path);
      whole = file.receive(blob, part);
    }
    if (!whole) {
      fs::remove(waiting, failed);
      continue;
    }
    require_same(blob, waiting, path, hub);
    sync(waiting);
    rename_synced(waiting, target);
    return {blob.etag, true};
  }
  throw Error(Kind::network, path + ": changes at the hub all the time; try again later");
}

}  // namespace nlp::store
