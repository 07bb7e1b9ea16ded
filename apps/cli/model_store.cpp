#include "cli/model_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>

#include "base/error.hpp"

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

bool is_commit(const std::string& revision) {
  return revision.size() == 40 && std::all_of(revision.begin(), revision.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

// Names of the store have no more than one slash and stay inside of it.
bool is_store_name(const std::string& name) {
  return !name.empty() && name.front() != '/' && name.front() != '.' && name.back() != '/' &&
         std::count(name.begin(), name.end(), '/') <= 1 && name.find("..") == std::string::npos;
}
}  // namespace

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

fs::path hub_cache(const Environment& environment) {
  for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
    if (const auto value = environment(name)) return expand(*value, environment);
  if (const auto home = environment("HF_HOME")) return fs::path(expand(*home, environment)) / "hub";
  const auto cache = environment("XDG_CACHE_HOME").value_or("~/.cache");
  return fs::path(expand(cache, environment)) / "huggingface" / "hub";
}

fs::path packed_cache(const Environment& environment) {
  if (const auto value = environment("NLP_CACHE")) return expand(*value, environment);
  // A relative path in it is to be ignored.  Source: XDG Base Directory Specification 0.8.
  if (const auto value = environment("XDG_CACHE_HOME"); value && value->front() == '/')
    return fs::path(*value) / "nlp";
  const auto home = environment("HOME");
  return home ? fs::path(*home) / ".cache" / "nlp" : fs::path();
}

std::optional<fs::path> find_in_store(const fs::path& cache, const std::string& name) {
  const auto at = name.find('@');
  std::string repository = name.substr(0, at);
  std::string revision = at == std::string::npos ? "main" : name.substr(at + 1);
  if (!is_store_name(repository) || revision.empty() || revision.find("..") != std::string::npos)
    return std::nullopt;
  for (std::size_t k; (k = repository.find('/')) != std::string::npos;)
    repository.replace(k, 1, "--");
  const fs::path model = cache / ("models--" + repository);
  if (!is_commit(revision)) {
    std::ifstream in(model / "refs" / revision);
    std::string commit;
    if (!(in >> commit) || !is_commit(commit)) return std::nullopt;
    revision = commit;
  }
  const fs::path snapshot = model / "snapshots" / revision;
  if (!is_folder(snapshot)) return std::nullopt;
  return snapshot;
}

fs::path program_directory() {
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  return failed ? fs::path(".") : program.parent_path();
}

std::optional<fs::path> find_shipped(const std::string& name) {
  if (!is_store_name(name) || name.find('/') != std::string::npos) return std::nullopt;
  const fs::path shipped = program_directory().parent_path() / "share/nlp/models" / name;
  if (!is_folder(shipped)) return std::nullopt;
  return shipped;
}

fs::path resolve_model(const std::string& given, const Environment& environment) {
  if (is_folder(given)) return given;
  std::error_code ignored;
  if (fs::exists(given, ignored))
    throw Error(Kind::model, fmt::format("{}: no directory; name the directory of a model", given));
  const fs::path cache = hub_cache(environment);
  if (const auto found = find_in_store(cache, given)) return *found;
  if (const auto shipped = find_shipped(given)) return *shipped;
  if (!is_store_name(given))
    throw Error(Kind::model, given + ": no such directory; is the path right?");
  throw Error(Kind::model,
              fmt::format("{}: no such model (neither a directory nor in the store {}); name a "
                          "directory, or a model that is in the store",
                          given, cache.string()));
}

}  // namespace nlp::cli
