// JSON for configs and records, through nlohmann::json.  Keys keep their order.
#pragma once
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace nlp {

using Json = nlohmann::ordered_json;

// Parses a whole text.  Throws Error{kind} `where: not JSON (…at byte N)`.
Json parse_json(std::string_view text, const std::string& where, bool is_model = true);

// Parses a file that must be there.  Throws Error{model} when it is absent or broken.
Json read_json(const std::filesystem::path& file);

}  // namespace nlp
