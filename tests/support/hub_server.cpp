#include "support/hub_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <sstream>
#include <stdexcept>

#include "base/json.hpp"
#include "support/stored_model.hpp"
#include "support/temporary_directory.hpp"

namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string unescaped(const std::string& text) {
  std::string plain;
  for (std::size_t k = 0; k < text.size(); ++k) {
    if (text[k] != '%') {
      plain += text[k];
      continue;
    }
    plain += static_cast<char>(std::stoi(text.substr(k + 1, 2), nullptr, 16));
    k += 2;
  }
  return plain;
}

bool is_large(const std::string& path) {
  return path.ends_with(".safetensors") || path.ends_with(".bin");
}

std::string digest_of(const std::string& bytes, bool large) {
  const TemporaryDirectory folder;
  return stored_model::digest(folder.write("file", bytes), large);
}

void send_all(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

HubServer::Reply refusal(const std::string& code) {
  HubServer::Reply reply{.status = 404, .headers = {{"X-Error-Code", code}}};
  reply.body = R"({"error":")" + code + "\"}";
  return reply;
}

}  // namespace

std::string HubServer::Request::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

HubServer::Listener::Listener() {
  descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(descriptor, 64) != 0 ||
      ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no port on the loopback");
  port = ntohs(address.sin_port);
}
HubServer::Listener::~Listener() { ::close(descriptor); }

HubServer::HubServer() {
  if (::pipe(stop_) != 0) throw std::runtime_error("pipe");
  thread_ = std::thread([this] { serve(); });
}

HubServer::~HubServer() {
  ::close(stop_[1]);
  thread_.join();
  ::close(stop_[0]);
}

void HubServer::add(const std::string& repository, const std::string& commit, const Files& files,
                    const std::string& revision) {
  const std::lock_guard lock(mutex_);
  Model model{commit, files, {}};
  for (const auto& [path, bytes] : files) {
    model.etags[path] = digest_of(bytes, is_large(path));
    if (is_large(path)) blobs_[model.etags[path]] = bytes;
  }
  models_[repository][revision] = models_[repository][commit] = std::move(model);
}

void HubServer::tamper(Tamper tamper) {
  const std::lock_guard lock(mutex_);
  tamper_ = std::move(tamper);
}

std::string HubServer::url() const { return "http://127.0.0.1:" + std::to_string(hub_.port); }

std::vector<HubServer::Request> HubServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::vector<HubServer::Request> HubServer::requests(const std::string& method,
                                                    const std::string& ending) const {
  std::vector<Request> found;
  for (const Request& request : requests())
    if (request.method == method && request.path.ends_with(ending)) found.push_back(request);
  return found;
}

void HubServer::serve() {
  while (true) {
    pollfd waiting[] = {
        {hub_.descriptor, POLLIN, 0}, {abroad_.descriptor, POLLIN, 0}, {stop_[0], POLLIN, 0}};
    if (::poll(waiting, 3, -1) < 0) continue;
    if (waiting[2].revents != 0) return;
    for (int k = 0; k < 2; ++k) {
      if (waiting[k].revents == 0) continue;
      const int connection = ::accept4(waiting[k].fd, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) continue;
      const timeval limit{10, 0};
      ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
      answer(connection, k == 1);
      ::close(connection);
    }
  }
}

void HubServer::answer(int connection, bool abroad) {
  std::string text;
  char chunk[4096];
  while (text.find("\r\n\r\n") == std::string::npos) {
    const ssize_t got = ::recv(connection, chunk, sizeof chunk, 0);
    if (got <= 0) return;
    text.append(chunk, static_cast<std::size_t>(got));
  }
  std::istringstream lines(text);
  Request request;
  std::string target;
  lines >> request.method >> target;
  // A proxy is asked for whole addresses.
  if (target.starts_with("http://")) target.erase(0, target.find('/', 7));
  const auto question = target.find('?');
  request.path = unescaped(target.substr(0, question));
  if (question != std::string::npos) request.query = target.substr(question + 1);
  request.is_abroad = abroad;
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line) && line != "\r") {
    const auto colon = line.find(':');
    if (colon != std::string::npos)
      request.headers[lower(line.substr(0, colon))] =
          line.substr(colon + 2, line.size() - colon - 3);
  }
  Reply reply;
  Tamper tamper;  // which may take its time
  {
    const std::lock_guard lock(mutex_);
    request.number = static_cast<std::size_t>(std::ranges::count_if(requests_, [&](auto& other) {
      return other.method == request.method && other.path == request.path;
    }));
    requests_.push_back(request);
    reply = honest(request);
    tamper = tamper_;
  }
  if (tamper) tamper(request, reply);
  std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " x\r\nConnection: close\r\n";
  for (const auto& [name, value] : reply.headers) head += name + ": " + value + "\r\n";
  head +=
      "Content-Length: " + std::to_string(reply.length.value_or(reply.body.size())) + "\r\n\r\n";
  send_all(connection, head);
  if (request.method != "HEAD")
    send_all(connection, std::string_view(reply.body).substr(0, reply.cut.value_or(-1)));
}

HubServer::Reply HubServer::honest(const Request& request) const {
  if (request.is_abroad) return weights(request);
  if (request.path.starts_with("/api/models/")) return api(request.path.substr(12));
  return resolve(request.path.substr(1));
}

// ORG/NAME, or ORG/NAME/revision/REVISION, or ORG/NAME/tree/REVISION.
HubServer::Reply HubServer::api(const std::string& path) const {
  const auto revision = path.find("/revision/"), tree = path.find("/tree/");
  const auto end = std::min({revision, tree, path.size()});
  std::string error;
  const Model* model = find(path.substr(0, end),
                            revision < path.size() ? path.substr(revision + 10)
                            : tree < path.size()   ? path.substr(tree + 6)
                                                   : "main",
                            error);
  if (model == nullptr) return refusal(error);
  nlp::Json files = nlp::Json::array();
  for (const auto& [name, bytes] : model->files) {
    if (tree == std::string::npos) {
      files.push_back({{"rfilename", name}, {"size", bytes.size()}});
      continue;
    }
    const std::string& etag = model->etags.at(name);
    nlp::Json file = {{"type", "file"}, {"path", name}, {"size", bytes.size()}, {"oid", etag}};
    if (is_large(name)) file["lfs"] = {{"oid", etag}, {"size", bytes.size()}, {"pointerSize", 130}};
    files.push_back(file);
  }
  Reply reply{.headers = {{"Content-Type", "application/json"}}};
  reply.body = tree != std::string::npos ? files.dump()
                                         : nlp::Json{{"_id", "1"},
                                                     {"id", path.substr(0, end)},
                                                     {"sha", model->commit},
                                                     {"siblings", files}}
                                               .dump();
  return reply;
}

// ORG/NAME/resolve/REVISION/PATH.
HubServer::Reply HubServer::resolve(const std::string& path) const {
  const auto at = path.find("/resolve/");
  if (at == std::string::npos) return refusal("RepoNotFound");
  const std::string rest = path.substr(at + 9);
  const auto slash = rest.find('/');
  std::string error;
  const Model* model = find(path.substr(0, at), rest.substr(0, slash), error);
  if (model == nullptr) return refusal(error);
  const auto file = model->files.find(rest.substr(slash + 1));
  if (file == model->files.end()) return refusal("EntryNotFound");
  const std::string& bytes = file->second;
  Reply reply{.headers = {{"X-Repo-Commit", model->commit}}};
  if (!is_large(file->first)) {
    reply.headers["ETag"] = "\"" + model->etags.at(file->first) + "\"";
    reply.body = bytes;
    return reply;
  }
  const std::string& digest = model->etags.at(file->first);
  reply.status = 302;
  reply.headers["X-Linked-Etag"] = "\"" + digest + "\"";
  reply.headers["X-Linked-Size"] = std::to_string(bytes.size());
  reply.headers["Location"] = "http://127.0.0.1:" + std::to_string(abroad_.port) + "/lfs/" + digest;
  return reply;
}

HubServer::Reply HubServer::weights(const Request& request) const {
  const auto found = blobs_.find(request.path.substr(request.path.rfind('/') + 1));
  if (found == blobs_.end()) return {.status = 404};
  const std::string& bytes = found->second;
  Reply reply{.headers = {{"ETag", "\"of-another-kind\""}}};
  const std::string range = request.header("range");
  if (!range.starts_with("bytes=")) {
    reply.body = bytes;
    return reply;
  }
  const std::size_t from = std::stoul(range.substr(6));
  if (from >= bytes.size()) return {.status = 416};
  reply.status = 206;
  reply.headers["Content-Range"] = "bytes " + std::to_string(from) + "-" +
                                   std::to_string(bytes.size() - 1) + "/" +
                                   std::to_string(bytes.size());
  reply.body = bytes.substr(from);
  return reply;
}

const HubServer::Model* HubServer::find(const std::string& repository, const std::string& revision,
                                        std::string& error) const {
  auto model = models_.find(repository);
  if (model == models_.end()) model = models_.find("*");
  error = "RepoNotFound";
  if (model == models_.end()) return nullptr;
  const auto found = model->second.find(revision);
  error = "RevisionNotFound";
  return found == model->second.end() ? nullptr : &found->second;
}
