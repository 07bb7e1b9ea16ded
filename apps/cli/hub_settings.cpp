#include "cli/hub_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <fstream>

#include "base/error.hpp"

namespace nlp::cli {
namespace {

std::optional<std::string> first_of(const Environment& environment,
                                    std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (auto value = environment(name)) return value;
  return std::nullopt;
}

std::string token(const Environment& environment) {
  if (is_set(environment, "HF_HUB_DISABLE_IMPLICIT_TOKEN")) return {};
  std::string text;
  if (const auto set = first_of(environment, {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"})) {
    text = *set;
  } else {
    std::ifstream in(token_file(environment));
    std::getline(in, text);
  }
  const auto is_space = [](unsigned char c) { return std::isspace(c) != 0; };
  text.erase(text.begin(), std::ranges::find_if_not(text, is_space));
  while (!text.empty() && is_space(text.back())) text.pop_back();
  return text;
}

void read_seconds(const Environment& environment, const char* name,
                  std::chrono::milliseconds& dst) {
  const auto text = environment(name);
  if (!text) return;
  char* end = nullptr;
  const double seconds = std::strtod(text->c_str(), &end);
  if (*end != '\0' || !(seconds > 0 && seconds < 1e6))
    throw Error(Kind::usage, fmt::format("{}: {}: no number of seconds", name, *text));
  dst = std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(seconds * 1000)));
}

}  // namespace

bool is_set(const Environment& environment, const char* name) {
  std::string value = environment(name).value_or("");
  for (char& c : value) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return value == "1" || value == "ON" || value == "YES" || value == "TRUE";
}

bool is_offline(const Environment& environment) {
  return is_set(environment, "HF_HUB_OFFLINE") || is_set(environment, "TRANSFORMERS_OFFLINE");
}

store::HubOptions hub_options(const Environment& environment) {
  store::HubOptions options;
  if (const auto endpoint = environment("HF_ENDPOINT")) options.endpoint = *endpoint;
  options.token = token(environment);
  auto& http = options.http;
  http.user_agent = "nlp/" NLP_VERSION;
  const auto any = first_of(environment, {"all_proxy", "ALL_PROXY"}).value_or("");
  http.http_proxy = first_of(environment, {"http_proxy", "HTTP_PROXY"}).value_or(any);
  http.https_proxy = first_of(environment, {"https_proxy", "HTTPS_PROXY"}).value_or(any);
  http.no_proxy = first_of(environment, {"no_proxy", "NO_PROXY"}).value_or("");
  read_seconds(environment, "HF_HUB_ETAG_TIMEOUT", http.connect_timeout);
  read_seconds(environment, "HF_HUB_DOWNLOAD_TIMEOUT", http.stall_timeout);
  return options;
}

}  // namespace nlp::cli
