// What a model hub answers: which files a model has, and where their bytes are.
// Source: huggingface_hub (hf_api.py, file_download.py, utils/_http.py).
//   GET  ENDPOINT/api/models/ORG/NAME/revision/REVISION?blobs=true      sha, siblings
//   HEAD ENDPOINT/ORG/NAME/resolve/COMMIT/PATH    X-Linked-Etag or ETag, X-Linked-Size, Location
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "store/cache.hpp"
#include "store/http.hpp"

namespace nlp::store {

struct HubOptions {
  std::string endpoint = "https://huggingface.co";
  std::string token = {};  // sent to the endpoint's host alone; empty: none
  HttpOptions http = {};
  int retries = 5;  // of what may work later, one behind the other without a byte between
  std::chrono::milliseconds first_wait{1000};  // before a retry, unless the server says; doubles
  std::function<void(const std::string&)> tell = [](const std::string&) {};  // of retries
};

struct RemoteFile {
  std::string path;
  std::optional<std::uint64_t> bytes;  // absent: the hub does not tell
};

struct RemoteModel {
  std::string commit;
  std::vector<RemoteFile> files;  // in alphabetical order; paths that lead elsewhere left out
};

// Where a file's bytes are.
struct RemoteBlob {
  std::string etag;  // names the blob: git's SHA-1, SHA-256, or what the server made up
  std::optional<std::uint64_t> bytes;
  std::string url;
};

// For one thread.  All throw Error{model} where the hub has no such model, revision or file, and
// Error{network} for what else keeps it from answering.
class Hub {
 public:
  // Throws Error{usage} for an endpoint that is no URL, and a token that is none.
  explicit Hub(HubOptions options);

  RemoteModel model(const ModelName& name);
  RemoteBlob blob(const std::string& repository, const std::string& commit,
                  const std::string& path);
  // A small file's bytes.
  std::string text(const std::string& repository, const std::string& commit,
                   const std::string& path);

  // One request for a file's bytes, redirects followed; retries are up to the caller.
  // The response's URL becomes `url`.
  HttpResponse get(std::string& url, std::uint64_t from, const Http::Take& take);

  // Whether another try may get another response, and the pause before it: what the server says, or
  // longer with each attempt (0, 1, …).  Throws Error{network} where that is too long, and what
  // options.http.check throws.
  static bool may_retry(const HttpResponse& response);
  void wait(const HttpResponse& response, int attempt);
  [[noreturn]] void fail(const HttpResponse& response, const std::string& what) const;

  // Whether a URL is the endpoint's own.
  bool is_own(const std::string& url) const { return origin_of(url) == origin_; }
  const HubOptions& options() const { return options_; }

 private:
  // `hops` of redirects to follow within the endpoint's host; `abroad`: to others, too.
  HttpResponse ask(HttpRequest request, std::string& url, bool abroad, const Http::Take& take);
  HttpResponse ask_until_answered(const HttpRequest& request, std::string& url, bool abroad,
                                  const std::string& what, std::string* body);
  std::string url_of(const std::string& repository, const std::string& commit,
                     const std::string& path) const;

  HubOptions options_;
  std::string origin_;
  Http http_;
};

// A quoted or weak etag without its marks.
std::string bare_etag(std::string etag);

}  // namespace nlp::store
