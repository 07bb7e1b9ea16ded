// What a program loads before it does anything: each library costs a millisecond or more.
#include <cstdlib>

#include "support/program.hpp"

namespace {

// The libraries that the system finds for a program, as ldd lists them.
std::string libraries_of(const std::string& name) {
  const TemporaryDirectory folder;
  const auto out = folder.path() / "out";
  const std::string command =
      "ldd '" + paths::programs() + "/" + name + "' > '" + out.string() + "'";
  REQUIRE(std::system(command.c_str()) == 0);
  return program::read(out);
}

}  // namespace

TEST_CASE("programs load no library that they do not use", "[cli]") {
  struct Row {
    const char* program;
    std::vector<std::string> unused;
  };
  for (const Row& row : {Row{"nlp", {"simdjson", "hwy", "onig", "cairo", "curl", "archive"}},
                         Row{"nlp-ner", {"cairo", "curl", "archive"}},
                         Row{"nlp-fill-mask", {"cairo", "curl", "archive"}},
                         Row{"nlp-plot", {"curl"}}, Row{"nlp-model", {"cairo"}}}) {
    const std::string libraries = libraries_of(row.program);
    INFO(row.program << "\n" << libraries);
    CHECK(libraries.find("libdnnl") != std::string::npos);
    for (const std::string& unused : row.unused) {
      INFO(unused);
      CHECK(libraries.find("lib" + unused) == std::string::npos);
    }
  }
}
