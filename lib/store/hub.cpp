#include "store/hub.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <thread>
#include <utility>

#include "base/error.hpp"
#include "base/json.hpp"

namespace nlp::store {
namespace {

constexpr int kMostHops = 10;                   // redirects
constexpr std::size_t kMostText = 64u << 20;    // bytes of an answer that is read as a whole
constexpr std::chrono::seconds kMostWait(300);  // that a server may ask for
constexpr std::chrono::milliseconds kTick(50);

std::optional<std::uint64_t> number_in(const std::string& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end || text.empty()) return std::nullopt;
  return number;
}

std::string escaped_path(const std::string& path) {
  std::string escaped;
  for (std::size_t from = 0; from <= path.size();) {
    const auto slash = std::min(path.find('/', from), path.size());
    if (from > 0) escaped += '/';
    escaped += url_escape(path.substr(from, slash - from));
    from = slash + 1;
  }
  return escaped;
}

bool is_token(const std::string& token) {
  return std::ranges::all_of(token, [](unsigned char c) { return c > ' ' && c < 0x7F; });
}

// Siblings as the hub lists them; what else they say is not looked at.
std::vector<RemoteFile> read_files(const Json& answer) {
  std::vector<RemoteFile> files;
  const auto siblings = answer.find("siblings");
  if (siblings == answer.end() || !siblings->is_array()) return files;
  for (const Json& sibling : *siblings) {
    const auto name = sibling.is_object() ? sibling.find("rfilename") : sibling.end();
    if (name == sibling.end() || !name->is_string()) continue;
    RemoteFile file{name->get<std::string>(), std::nullopt};
    if (!is_inner_path(file.path)) continue;
    if (const auto size = sibling.find("size"); size != sibling.end() && size->is_number_unsigned())
      file.bytes = size->get<std::uint64_t>();
    files.push_back(std::move(file));
  }
  std::ranges::sort(files, {}, &RemoteFile::path);
  return files;
}

}  // namespace

Hub::Hub(HubOptions options) : options_(std::move(options)), http_(options_.http) {
  while (options_.endpoint.ends_with('/')) options_.endpoint.pop_back();
  origin_ = origin_of(options_.endpoint);
  if (resolve_url(options_.endpoint, options_.endpoint).empty())
    throw Error(Kind::usage,
                fmt::format("HF_ENDPOINT: {}: no URL of http or https", options_.endpoint));
  if (!is_token(options_.token))
    throw Error(Kind::usage, "HF_TOKEN: has a space or a character that no token has");
}

std::string Hub::url_of(const std::string& repository, const std::string& commit,
                        const std::string& path) const {
  return fmt::format("{}/{}/resolve/{}/{}", options_.endpoint, escaped_path(repository),
                     url_escape(commit), escaped_path(path));
}

HttpResponse Hub::ask(HttpRequest request, std::string& url, bool abroad, const Http::Take& take) {
  const auto headers = request.headers;
  for (int hop = 0;; ++hop) {
    request.headers = headers;
    // No other host learns the token, wherever a redirect leads.
    if (!options_.token.empty() && is_own(request.url))
      request.headers.push_back("Authorization: Bearer " + options_.token);
    HttpResponse response =
        http_.request(request, [&](const HttpResponse& so_far, std::string_view bytes) {
          return so_far.is_redirect() || take(so_far, bytes);
        });
    url = request.url;
    if (!response.is_redirect()) return response;
    const std::string next = resolve_url(request.url, response.header("location"));
    if (!abroad && !next.empty() && origin_of(next) != origin_of(request.url)) return response;
    if (next.empty() || hop == kMostHops ||
        (request.url.starts_with("https:") && !next.starts_with("https:")))
      throw Error(Kind::network, fmt::format("{}: redirects to {}, which is not followed; is "
                                             "HF_ENDPOINT right?",
                                             request.url, response.header("location")));
    request.url = next;
  }
}

bool Hub::may_retry(const HttpResponse& response) {
  constexpr int kPassing[] = {408, 429, 500, 502, 503, 504};
  if (!response.failure.empty()) return !response.is_hopeless;
  return std::ranges::find(kPassing, response.status) != std::end(kPassing);
}

void Hub::wait(const HttpResponse& response, int attempt) {
  std::chrono::milliseconds pause = options_.first_wait * (1 << std::min(attempt, 6));
  if (const auto seconds = number_in(response.header("retry-after"))) {
    if (*seconds > static_cast<std::uint64_t>(kMostWait.count()))
      throw Error(Kind::network, fmt::format("{}: asks to come back in {} seconds; try again then",
                                             options_.endpoint, *seconds));
    pause = std::chrono::seconds(*seconds);
  }
  options_.tell(fmt::format(
      "{}; trying again in {:.1f} s",
      response.failure.empty() ? fmt::format("status {}", response.status) : response.failure,
      std::chrono::duration<double>(pause).count()));
  const auto until = std::chrono::steady_clock::now() + pause;
  while (std::chrono::steady_clock::now() < until) {
    options_.http.check();
    std::this_thread::sleep_for(std::min(kTick, pause));
  }
}

void Hub::fail(const HttpResponse& response, const std::string& what) const {
  const std::string code = response.header("x-error-code");
  const auto say = [&](Kind kind, const std::string& why) {
    throw Error(kind, fmt::format("{}: {}", what, why));
  };
  const bool anonymous = options_.token.empty();
  if (code == "RepoNotFound")
    say(Kind::model, fmt::format("no such model at {}; is the name right? A private one needs {}",
                                 options_.endpoint,
                                 anonymous ? "a token (HF_TOKEN)" : "another token (HF_TOKEN)"));
  if (code == "RevisionNotFound")
    say(Kind::model, "no such revision; is it a branch, tag, commit?");
  if (code == "EntryNotFound") say(Kind::model, "no such file at this revision");
  if (code == "GatedRepo")
    say(Kind::network,
        fmt::format("its publisher wants to know who reads it; accept the terms at {}, and set "
                    "HF_TOKEN",
                    options_.endpoint));
  if (code == "DisabledRepo") say(Kind::network, "the hub has disabled this model");
  if (!response.failure.empty()) say(Kind::network, response.failure);
  if (response.status == 401 || response.status == 403)
    say(Kind::network,
        fmt::format("{} (status {}); is the name right?",
                    anonymous ? "needs a token: set HF_TOKEN" : "the token is not accepted",
                    response.status));
  if (response.status == 404) say(Kind::model, "not found; are name and revision right?");
  const std::string told = response.header("x-error-message");
  throw Error(Kind::network, fmt::format("{}: status {}{}{}", what, response.status,
                                         told.empty() ? "" : ": ", told));
}

HttpResponse Hub::ask_until_answered(const HttpRequest& request, std::string& url, bool abroad,
                                     const std::string& what, std::string* body) {
  for (int attempt = 0;; ++attempt) {
    if (body) body->clear();
    bool too_long = false;
    const auto response =
        ask(request, url, abroad, [&](const HttpResponse&, std::string_view text) {
          if (body) body->append(text.substr(0, kMostText));
          too_long = body && body->size() > kMostText;
          return body != nullptr && !too_long;
        });
    if (too_long) throw Error(Kind::network, what + ": the answer has no end");
    const bool done =
        response.failure.empty() &&
        ((response.status >= 200 && response.status < 300) || (response.is_redirect() && !abroad));
    if (done) return response;
    if (attempt >= options_.retries || !may_retry(response)) fail(response, what);
    wait(response, attempt);
  }
}

RemoteModel Hub::model(const ModelName& name) {
  std::string url, body;
  const std::string what =
      name.has_revision ? fmt::format("{}@{}", name.repository, name.revision) : name.repository;
  const HttpRequest request{.url = fmt::format("{}/api/models/{}/revision/{}?blobs=true",
                                               options_.endpoint, escaped_path(name.repository),
                                               url_escape(name.revision))};
  ask_until_answered(request, url, true, what, &body);
  RemoteModel model;
  try {
    const Json answer = parse_json(body, url);
    const auto sha = answer.is_object() ? answer.find("sha") : answer.end();
    if (sha != answer.end() && sha->is_string()) model.commit = sha->get<std::string>();
    model.files = read_files(answer);
  } catch (const Error& error) {
    throw Error(Kind::network, fmt::format("{}; is HF_ENDPOINT a model hub?", error.what()));
  }
  if (!is_commit(model.commit) || model.files.empty())
    throw Error(Kind::network,
                fmt::format("{}: lists no files at a commit; is HF_ENDPOINT a model hub?", url));
  return model;
}

RemoteBlob Hub::blob(const std::string& repository, const std::string& commit,
                     const std::string& path) {
  RemoteBlob blob;
  const HttpRequest request{.url = url_of(repository, commit, path),
                            .headers = {"Accept-Encoding: identity"},
                            .head = true};
  const auto response = ask_until_answered(request, blob.url, false, path, nullptr);
  const std::string linked = response.header("x-linked-etag");
  blob.etag = bare_etag(linked.empty() ? response.header("etag") : linked);
  if (!is_inner_path(blob.etag) || blob.etag.find('/') != std::string::npos ||
      blob.etag.size() > 200)
    throw Error(Kind::network, fmt::format("{}: the server names no etag that can be a file's "
                                           "name; is HF_ENDPOINT a model hub?",
                                           blob.url));
  blob.bytes = number_in(response.header("x-linked-size"));
  if (response.is_redirect())
    blob.url = resolve_url(blob.url, response.header("location"));
  else if (!blob.bytes)
    blob.bytes = number_in(response.header("content-length"));
  return blob;
}

std::string Hub::text(const std::string& repository, const std::string& commit,
                      const std::string& path) {
  std::string url, body;
  ask_until_answered({.url = url_of(repository, commit, path)}, url, true, path, &body);
  return body;
}

HttpResponse Hub::get(std::string& url, std::uint64_t from, const Http::Take& take) {
  return ask({.url = url, .headers = {"Accept-Encoding: identity"}, .from = from}, url, true, take);
}

std::string bare_etag(std::string etag) {
  if (etag.starts_with("W/")) etag.erase(0, 2);
  std::erase(etag, '"');
  return etag;
}

}  // namespace nlp::store
