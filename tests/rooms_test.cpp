// The house keeps its own rules: who may include whom, and which files alone know a dependency.
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "support/catch.hpp"
#include "support/paths.hpp"

namespace {
namespace fs = std::filesystem;
const fs::path kSource = paths::source();

std::string read(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// The rows `"room: a b c"` of a list in cmake/rooms.cmake.
std::map<std::string, std::set<std::string>> table(const std::string& list) {
  const std::string text = read(kSource / "cmake/rooms.cmake");
  const auto from = text.find("set(" + list);
  REQUIRE(from != std::string::npos);
  const std::string body = text.substr(from, text.find("\n)", from) - from);
  std::map<std::string, std::set<std::string>> rows;
  const std::regex row("\"([a-z_]+): *([^\"]*)\"");
  for (std::sregex_iterator at(body.begin(), body.end(), row), end; at != end; ++at) {
    std::istringstream words((*at)[2]);
    auto& allowed = rows[(*at)[1]];
    for (std::string word; words >> word;) allowed.insert(word);
  }
  return rows;
}

template <class Each>
void for_each_source(const fs::path& folder, Each each) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto extension = entry.path().extension();
    if (extension == ".cpp" || extension == ".hpp") each(entry.path(), read(entry.path()));
  }
}
}  // namespace

TEST_CASE("a room includes only the rooms its row names", "[rooms]") {
  const auto rooms = table("NLP_ROOMS");
  REQUIRE(rooms.size() >= 9);
  for_each_source(kSource / "lib", [&](const fs::path& file, const std::string& text) {
    const std::string room = fs::relative(file, kSource / "lib").begin()->string();
    REQUIRE(rooms.count(room) == 1);
    const std::regex include("#include \"([a-z_]+)/");
    for (std::sregex_iterator at(text.begin(), text.end(), include), end; at != end; ++at) {
      const std::string other = (*at)[1];
      INFO(file.string() << " includes " << other);
      CHECK((other == room || rooms.at(room).count(other) == 1));
    }
  });
}

TEST_CASE("only its owner includes a dependency", "[rooms]") {
  const auto owners = table("NLP_OWNERS");
  std::map<std::string, std::set<std::string>> rooms_of;  // header prefix -> rooms
  for (const auto& [room, prefixes] : owners)
    for (const auto& prefix : prefixes) rooms_of[prefix].insert(room);
  for_each_source(kSource / "lib", [&](const fs::path& file, const std::string& text) {
    const std::string room = fs::relative(file, kSource / "lib").begin()->string();
    const std::regex include("#include <([^>]+)>");
    for (std::sregex_iterator at(text.begin(), text.end(), include), end; at != end; ++at) {
      const std::string header = (*at)[1];
      for (const auto& [prefix, allowed] : rooms_of) {
        if (header.rfind(prefix, 0) != 0) continue;
        INFO(file.string() << " includes " << header);
        CHECK(allowed.count(room) == 1);
      }
    }
  });
}

TEST_CASE("the library never prints, exits, reads the environment or knows CLI11", "[rooms]") {
  const std::regex forbidden(
      R"(std::cout|std::cerr|\bprintf\(|fmt::print|std::exit|\bexit\(|getenv|CLI/|CLI11)");
  for_each_source(kSource / "lib", [&](const fs::path& file, const std::string& text) {
    std::smatch found;
    INFO(file.string());
    std::regex_search(text, found, forbidden);
    CHECK(found.str() == "");
  });
}

TEST_CASE("one file knows which oneDNN it is", "[rooms]") {
  for (const auto* folder : {"lib", "apps", "tests"})
    for_each_source(kSource / folder, [&](const fs::path& file, const std::string& text) {
      if (file.filename() == "onednn.hpp" || file.filename() == "rooms_test.cpp") return;
      INFO(file.string());
      CHECK(text.find("DNNL_VERSION") == std::string::npos);
    });
}
