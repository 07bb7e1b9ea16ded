#include "store/http.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <utility>

#include "base/error.hpp"
#include "base/trim.hpp"

namespace nlp::store {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

// What asking again does not mend.
bool is_hopeless(CURLcode code) {
  return code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT ||
         code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
         code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_NOT_BUILT_IN;
}

// What the callbacks of one request know.
struct Transfer {
  const Http::Take& take;
  const std::function<void()>& check;
  HttpResponse response = {};
  std::exception_ptr thrown = {};
  bool stopped = false;  // by `take`

  // Exceptions must not pass through libcurl.
  template <class Body>
  bool guarded(Body body) noexcept {
    try {
      return body();
    } catch (...) {
      thrown = std::current_exception();
      return false;
    }
  }
};

std::size_t on_header(char* bytes, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const bool kept = transfer.guarded([&] {
    const std::string_view line = trimmed({bytes, size});
    if (line.starts_with("HTTP/")) {  // the next response, behind `100 Continue`
      transfer.response = {};
      const auto space = line.find(' ');
      if (space != std::string_view::npos)
        transfer.response.status = std::atoi(std::string(line.substr(space + 1)).c_str());
    } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
      transfer.response.headers[lower(line.substr(0, colon))] = trimmed(line.substr(colon + 1));
    }
    return true;
  });
  return kept ? size : 0;
}

std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const bool more = transfer.guarded([&] {
    return transfer.take(transfer.response, {bytes, size});
  });
  transfer.stopped = !more;
  return more ? size : 0;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(user);
  const bool go_on = transfer.guarded([&] {
    transfer.check();
    return true;
  });
  return go_on ? 0 : 1;
}

class HeaderList {
 public:
  explicit HeaderList(const std::vector<std::string>& headers) {
    for (const auto& header : headers) list_ = curl_slist_append(list_, header.c_str());
  }
  ~HeaderList() { curl_slist_free_all(list_); }
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

class Url {
 public:
  Url() : url_(curl_url(), curl_url_cleanup) {}
  bool set(CURLUPart part, const std::string& text) const {
    return url_ && curl_url_set(url_.get(), part, text.c_str(), 0) == CURLUE_OK;
  }
  std::string get(CURLUPart part, unsigned flags = 0) const {
    char* text = nullptr;
    if (!url_ || curl_url_get(url_.get(), part, &text, flags) != CURLUE_OK) return {};
    std::string copy = text;
    curl_free(text);
    return copy;
  }

 private:
  std::unique_ptr<CURLU, void (*)(CURLU*)> url_;
};

}  // namespace

struct Http::Handle {
  CURL* curl = curl_easy_init();
  ~Handle() { curl_easy_cleanup(curl); }

  template <class Value>
  void set(CURLoption option, Value value) const {
    if (curl_easy_setopt(curl, option, value) != CURLE_OK)
      throw Error(Kind::internal,
                  fmt::format("libcurl does not take option {}", static_cast<int>(option)));
  }
};

std::string HttpResponse::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

Http::Http(HttpOptions options)
    : options_(std::move(options)), handle_(std::make_unique<Handle>()) {
  if (handle_->curl == nullptr) throw Error(Kind::internal, "libcurl does not start");
}
Http::~Http() = default;

HttpResponse Http::request(const HttpRequest& request, const Take& take) {
  const Handle& handle = *handle_;
  curl_easy_reset(handle.curl);  // connections stay open
  const HeaderList headers(request.headers);
  Transfer transfer{take, options_.check};
  const bool secure = origin_of(request.url).starts_with("https:");
  const std::string range = fmt::format("{}-", request.from);
  char reason[CURL_ERROR_SIZE] = "";
  handle.set(CURLOPT_URL, request.url.c_str());
  handle.set(CURLOPT_PROTOCOLS_STR, "http,https");
  handle.set(CURLOPT_USERAGENT, options_.user_agent.c_str());
  handle.set(CURLOPT_HTTPHEADER, headers.get());
  handle.set(CURLOPT_NOBODY, request.head ? 1L : 0L);
  if (request.from > 0) handle.set(CURLOPT_RANGE, range.c_str());
  // Empty: none, and libcurl's own reading of the environment is off.
  handle.set(CURLOPT_PROXY, (secure ? options_.https_proxy : options_.http_proxy).c_str());
  handle.set(CURLOPT_NOPROXY, options_.no_proxy.c_str());
  handle.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
  handle.set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  handle.set(CURLOPT_LOW_SPEED_TIME,
             std::max(1L, static_cast<long>(options_.stall_timeout.count() / 1000)));
  handle.set(CURLOPT_NOSIGNAL, 1L);
  handle.set(CURLOPT_ERRORBUFFER, static_cast<char*>(reason));
  handle.set(CURLOPT_HEADERFUNCTION, &on_header);
  handle.set(CURLOPT_HEADERDATA, &transfer);
  handle.set(CURLOPT_WRITEFUNCTION, &on_body);
  handle.set(CURLOPT_WRITEDATA, &transfer);
  handle.set(CURLOPT_NOPROGRESS, 0L);
  handle.set(CURLOPT_XFERINFOFUNCTION, &on_progress);
  handle.set(CURLOPT_XFERINFODATA, &transfer);
  const CURLcode code = curl_easy_perform(handle.curl);
  if (transfer.thrown) std::rethrow_exception(transfer.thrown);
  HttpResponse response = std::move(transfer.response);
  if (code != CURLE_OK && !transfer.stopped) {
    response.failure = *reason != '\0' ? reason : curl_easy_strerror(code);
    response.is_hopeless = is_hopeless(code);
  }
  return response;
}

std::string resolve_url(const std::string& base, const std::string& location) {
  const Url url;
  if (!url.set(CURLUPART_URL, base) || !url.set(CURLUPART_URL, location)) return {};
  const std::string scheme = url.get(CURLUPART_SCHEME);
  return scheme == "http" || scheme == "https" ? url.get(CURLUPART_URL) : "";
}

std::string origin_of(const std::string& text) {
  const Url url;
  if (!url.set(CURLUPART_URL, text)) return {};
  return lower(fmt::format("{}://{}:{}", url.get(CURLUPART_SCHEME), url.get(CURLUPART_HOST),
                           url.get(CURLUPART_PORT, CURLU_DEFAULT_PORT)));
}

std::string url_escape(std::string_view part) {
  std::string escaped;
  for (const char c : part) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    escaped += plain ? std::string(1, c)
                     : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return escaped;
}

}  // namespace nlp::store
