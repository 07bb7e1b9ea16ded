// HTTP requests by libcurl, which this file alone knows.  No redirect is followed here: who asks
// decides what another host may see.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace nlp::store {

struct HttpOptions {
  std::string user_agent = "nlp";
  // By scheme of the address asked; empty: none.  As curl takes them, "http://host:3128".
  std::string http_proxy, https_proxy;
  std::string no_proxy;                              // hosts that are asked directly
  std::chrono::milliseconds connect_timeout{10000};  // until the server answers
  std::chrono::milliseconds stall_timeout{10000};    // without a byte
  std::function<void()> check = [] {};  // called about once a second and more; may throw
};

struct HttpRequest {
  std::string url;
  std::vector<std::string> headers = {};  // "Name: value"
  bool head = false;                      // without a body
  std::uint64_t from = 0;                 // the first byte wanted; 0: no range is asked for
};

struct HttpResponse {
  int status = 0;                                   // 0: there was none
  std::map<std::string, std::string> headers = {};  // by name in lower case; of several the last
  // Why the transfer ended before its end; empty: it did not.
  std::string failure = {};
  bool is_hopeless = false;  // another try would fail as this one did

  std::string header(const std::string& name) const;  // empty where absent
  bool is_redirect() const { return status >= 300 && status < 400 && !header("location").empty(); }
};

// One connection after another to each host, kept open between requests.  For one thread.
class Http {
 public:
  explicit Http(HttpOptions options);
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  // `take` gets the body piece by piece, with the response's status and headers; where it returns
  // false the transfer ends, without a failure.  What it or options.check throws comes through.
  // Throws Error{internal} where libcurl does not start.
  using Take = std::function<bool(const HttpResponse&, std::string_view bytes)>;
  HttpResponse request(const HttpRequest& request, const Take& take);

  const HttpOptions& options() const { return options_; }

 private:
  struct Handle;
  HttpOptions options_;
  std::unique_ptr<Handle> handle_;
};

// A URL that a response to `base` names; empty where it is none of http or https.
std::string resolve_url(const std::string& base, const std::string& location);

// "https://host:443", in lower case; empty for what is no URL.
std::string origin_of(const std::string& url);

// A part of a path with all but unreserved characters as %XX.
std::string url_escape(std::string_view part);

}  // namespace nlp::store
