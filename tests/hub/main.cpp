// nlp_hub DIRECTORY - a model hub on the loopback, where every name is the model of that directory.
// Prints its address, and serves until its input ends.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/hub_server.hpp"

int main(int argc, char** argv) {
  namespace fs = std::filesystem;
  if (argc != 2) return 2;
  HubServer::Files files;
  for (const auto& entry : fs::recursive_directory_iterator(argv[1])) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    files[entry.path().lexically_relative(argv[1])] = {std::istreambuf_iterator<char>(in), {}};
  }
  HubServer server;
  server.add("*", "0123456789abcdef0123456789abcdef01234567", files);
  std::printf("%s\n", server.url().c_str());
  std::fflush(stdout);
  while (std::getchar() != EOF) continue;
}
