// A model hub on this machine's loopback, with the faults that tests ask for.
// Small files are answered by the hub; weights by another host (another port), to which the hub
// redirects, as huggingface.co does.
#pragma once
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

class HubServer {
 public:
  struct Request {
    std::string method, path, query;             // "GET", "/org/name/resolve/COMMIT/config.json"
    std::map<std::string, std::string> headers;  // by name in lower case
    bool is_abroad = false;                      // it came to the other host
    std::size_t number = 0;                      // among those of this method and path, from 0
    std::string header(const std::string& name) const;
  };
  struct Reply {
    int status = 200;
    std::map<std::string, std::string> headers = {};
    std::string body = {};
    std::optional<std::size_t> cut = {};     // the connection ends behind so many bytes of the body
    std::optional<std::size_t> length = {};  // what Content-Length says, where it is not the truth
  };
  using Files = std::map<std::string, std::string>;                  // path: bytes
  using Tamper = std::function<void(const Request&, Reply& reply)>;  // after the honest answer

  HubServer();
  ~HubServer();
  HubServer(const HubServer&) = delete;
  HubServer& operator=(const HubServer&) = delete;

  // A model at one commit, which `revision` is at.  The repository `*` answers to every name.
  void add(const std::string& repository, const std::string& commit, const Files& files,
           const std::string& revision = "main");
  void tamper(Tamper tamper);  // from now on; empty: none

  std::string url() const;                // "http://127.0.0.1:4711"
  std::vector<Request> requests() const;  // so far, in order
  // Those of one method whose path ends so.
  std::vector<Request> requests(const std::string& method, const std::string& ending) const;

 private:
  struct Model {
    std::string commit;
    Files files;
    std::map<std::string, std::string> etags;  // by path: SHA-256 of weights, else git's SHA-1
  };
  class Listener {
   public:
    Listener();
    ~Listener();
    int descriptor = -1, port = 0;
  };
  void serve();
  void answer(int connection, bool abroad);
  Reply honest(const Request& request) const;
  Reply api(const std::string& path) const;
  Reply resolve(const std::string& path) const;
  Reply weights(const Request& request) const;
  const Model* find(const std::string& repository, const std::string& revision,
                    std::string& error) const;

  Listener hub_, abroad_;
  int stop_[2] = {-1, -1};
  mutable std::mutex mutex_;
  std::map<std::string, std::map<std::string, Model>> models_;  // by repository and revision
  std::map<std::string, std::string> blobs_;                    // weights by SHA-256
  std::vector<Request> requests_;
  Tamper tamper_;
  std::thread thread_;
};
