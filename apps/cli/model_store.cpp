#include "cli/model_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "base/error.hpp"
#include "store/cache.hpp"

namespace nlp::cli {
namespace {
namespace fs = std::filesystem;

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// `~`, `$NAME` and `${NAME}` as Python's expanduser and expandvars: what is not set stays.
std::string expand(const std::string& text, const Environment& environment) {
  std::string expanded;
  std::size_t at = 0;
  if (text == "~" || text.rfind("~/", 0) == 0) {
    expanded = environment("HOME").value_or("~");
    at = 1;
  }
  while (at < text.size()) {
    if (text[at] != '$') {
      expanded += text[at++];
      continue;
    }
    const bool braced = at + 1 < text.size() && text[at + 1] == '{';
    const std::size_t from = at + 1 + braced;
    std::size_t end = from;
    while (end < text.size() && is_name(text[end])) ++end;
    const std::string name = text.substr(from, end - from);
    const bool closed = !braced || (end < text.size() && text[end] == '}');
    const auto value = name.empty() || !closed ? std::nullopt : environment(name.c_str());
    const std::size_t next = closed ? end + braced : end;
    expanded += value ? *value : text.substr(at, next - at);
    at = next;
  }
  return expanded;
}

fs::path hub_home(const Environment& environment) {
  if (const auto home = environment("HF_HOME")) return expand(*home, environment);
  const auto cache = environment("XDG_CACHE_HOME").value_or("~/.cache");
  return fs::path(expand(cache, environment)) / "huggingface";
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

fs::path shipped_directory() { return program_directory().parent_path() / "share/nlp/models"; }

}  // namespace

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

fs::path hub_cache(const Environment& environment) {
  for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
    if (const auto value = environment(name)) return expand(*value, environment);
  return hub_home(environment) / "hub";
}

fs::path token_file(const Environment& environment) {
  if (const auto value = environment("HF_TOKEN_PATH")) return expand(*value, environment);
  return hub_home(environment) / "token";
}

fs::path packed_cache(const Environment& environment) {
  if (const auto value = environment("NLP_CACHE")) return expand(*value, environment);
  // A relative path in it is to be ignored.  Source: XDG Base Directory Specification 0.8.
  if (const auto value = environment("XDG_CACHE_HOME"); value && value->front() == '/')
    return fs::path(*value) / "nlp";
  const auto home = environment("HOME");
  return home ? fs::path(*home) / ".cache" / "nlp" : fs::path();
}

fs::path program_directory() {
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  return failed ? fs::path(".") : program.parent_path();
}

std::optional<fs::path> find_shipped(const std::string& name) {
  if (!store::ModelName::parse(name) || name.find('/') != std::string::npos) return std::nullopt;
  const fs::path shipped = shipped_directory() / name;
  if (!is_folder(shipped)) return std::nullopt;
  return shipped;
}

std::vector<std::string> shipped_models() {
  std::vector<std::string> names;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(shipped_directory(), absent))
    if (std::error_code ignored; fs::exists(entry.path() / "config.json", ignored))
      names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

fs::path resolve_model(const std::string& given, const Environment& environment) {
  if (is_folder(given)) return given;
  std::error_code ignored;
  if (fs::exists(given, ignored))
    throw Error(Kind::model, fmt::format("{}: no directory; name the directory of a model", given));
  const fs::path cache = hub_cache(environment);
  if (const auto found = store::find_snapshot(cache, given)) return *found;
  if (const auto shipped = find_shipped(given)) return *shipped;
  if (!store::ModelName::parse(given))
    throw Error(Kind::model, given + ": no such directory; is the path right?");
  throw Error(Kind::model,
              fmt::format("{}: no such model (neither a directory nor in the store {}); see nlp "
                          "model list, or fetch it: nlp model pull {}",
                          given, cache.string(), given));
}

}  // namespace nlp::cli
