#include "base/json.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "base/error.hpp"

namespace nlp {

Json parse_json(std::string_view text, const std::string& where, bool is_model) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    throw Error(is_model ? Kind::model : Kind::data,
                fmt::format("{}: not JSON (broken at byte {})", where, error.byte));
  }
}

Json read_json(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    throw Error(Kind::model, fmt::format("{}: cannot be read; is the path right?", file.string()));
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return parse_json(text, file.string());
}

}  // namespace nlp
