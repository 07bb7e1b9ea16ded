#include "base/json.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "base/error.hpp"

namespace nlp {

namespace {

// Deeper values would overrun the stack of what walks through them.
constexpr int kDeepest = 1000;

}  // namespace

Json parse_json(std::string_view text, const std::string& where, bool is_model) {
  const auto fail = [&](std::size_t byte) {
    throw Error(is_model ? Kind::model : Kind::data,
                fmt::format("{}: not JSON (broken at byte {})", where, byte));
  };
  // The parser would take a NUL for the end of the text and miss what follows it.
  if (const auto nul = text.find('\0'); nul != text.npos) fail(nul + 1);
  const auto limit = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > kDeepest)
      throw Error(is_model ? Kind::model : Kind::data,
                  fmt::format("{}: not read (JSON nested deeper than {} levels)", where, kDeepest));
    return true;
  };
  try {
    return Json::parse(text, limit);
  } catch (const Json::parse_error& error) {
    fail(error.byte);
  } catch (const Json::out_of_range&) {
    throw Error(is_model ? Kind::model : Kind::data,
                where + ": a number is beyond float64; make it smaller");
  }
  return {};
}

Json read_json(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    throw Error(Kind::model, fmt::format("{}: cannot be read; is the path right?", file.string()));
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return parse_json(text, file.string());
}

}  // namespace nlp
