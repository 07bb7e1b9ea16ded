// A hub and a store of one test, and pulls from one into the other.
#pragma once
#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "store/pull.hpp"
#include "store/verify.hpp"
#include "support/hub_server.hpp"
#include "support/stored_model.hpp"
#include "support/temporary_directory.hpp"

namespace pulling {

using namespace nlp::store;
namespace fs = std::filesystem;
using stored_model::kFirst;
using stored_model::kSecond;
using Request = HubServer::Request;
using Reply = HubServer::Reply;

inline constexpr const char* kWeights = "model.safetensors";

inline std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::string bytes_of(std::size_t size) {
  std::string bytes(size, ' ');
  for (std::size_t k = 0; k < size; ++k) bytes[k] = static_cast<char>(k * k >> 3);
  return bytes;
}

struct Fixture {
  Fixture() {
    server.add("org/name", kFirst,
               {{"config.json", "{}"}, {"tokenizer.json", "{ }"}, {kWeights, weights}});
    options.endpoint = server.url();
    options.first_wait = std::chrono::milliseconds(1);
    options.http.stall_timeout = std::chrono::milliseconds(1000);
  }

  fs::path pull(const std::string& name = "org/name", const Patterns& patterns = {}) {
    Hub hub(options);
    return nlp::store::pull(hub, plan_pull(hub, *ModelName::parse(name), patterns), pull_options);
  }
  // The kind of error that a pull ends with.
  nlp::Kind failure(const std::string& name = "org/name", const Patterns& patterns = {}) {
    try {
      pull(name, patterns);
    } catch (const nlp::Error& error) {
      message = error.what();
      return error.kind();
    }
    message = "no error";
    return nlp::Kind::internal;
  }
  // Requests for the weights' bytes.
  std::vector<Request> abroad() const {
    auto requests = server.requests();
    std::erase_if(requests, [](const Request& request) { return !request.is_abroad; });
    return requests;
  }
  void on_weights(std::function<void(const Request&, Reply&)> tamper) {
    server.tamper([tamper](const Request& request, Reply& reply) {
      if (request.is_abroad) tamper(request, reply);
    });
  }
  bool is_whole() const {
    const auto found = snapshots(cache.path(), "org/name");
    if (found.size() != 1) return false;
    const auto verified = Verifier().verify(found[0], [](std::uint64_t) {});
    return verified.faults.empty() && verified.checked == 3 &&
           read(found[0].path / kWeights) == weights;
  }
  std::vector<std::string> left_over() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(cache.path() / "models--org--name/blobs"))
      if (entry.path().extension() == ".incomplete") names.push_back(entry.path().filename());
    return names;
  }

  const std::string weights = bytes_of(300000);
  TemporaryDirectory cache;
  HubServer server;
  HubOptions options;
  PullOptions pull_options{.cache = cache.path()};
  std::string message;
};

}  // namespace pulling
