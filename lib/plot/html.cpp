#include "plot/html.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/json.hpp"
#include "plot/html_scripts.hpp"
#include "plot/svg.hpp"

namespace nlp::plot {
namespace {
constexpr const char* kStyle =
    "body{margin:0;background:#fff;color:#282828;font:13px/1.5 DejaVu Sans,Verdana,sans-serif}"
    "#plot{position:relative;display:inline-block}"
    "#tip{position:absolute;visibility:hidden;pointer-events:none;background:#fffffff0;"
    "border:1px solid #bbb;border-radius:3px;padding:4px 8px;white-space:nowrap}"
    "#tip td{padding:0 .6em 0 0;font-variant-numeric:tabular-nums}";

// Six digits tell more than anyone sees.
Json numbers(const std::vector<double>& values, int digits) {
  Json array = Json::array();
  for (const double value : values)
    array.push_back(std::isfinite(value) ? Json(std::stod(fmt::format("{:.{}g}", value, digits)))
                                         : Json(nullptr));
  return array;
}

Json integral(const std::vector<double>& values) {
  Json array = Json::array();
  for (const double value : values)
    if (value == std::floor(value) && std::abs(value) < 9e15)
      array.push_back(static_cast<std::int64_t>(value));
    else
      array.push_back(value);
  return array;
}
}  // namespace

std::string html_page(const Picture& picture, const Hover& hover) {
  Json data = {{"x_name", hover.x_name}, {"left", hover.left},     {"top", hover.top},
               {"right", hover.right},   {"bottom", hover.bottom}, {"series", Json::array()}};
  for (const auto& series : hover.series) {
    Json values = Json::object();
    for (const auto& value : series.values) values[value.first] = numbers(value.second, 7);
    data["series"].push_back({{"name", series.name},
                              {"color", hex(series.color)},
                              {"places", numbers(series.places, 6)},
                              {"x", integral(series.x)},
                              {"values", values}});
  }
  if (!hover.maps.empty()) {
    data = {{"row_name", hover.row_name},     {"column_name", hover.column_name},
            {"value_name", hover.value_name}, {"rows", hover.rows},
            {"columns", hover.columns},       {"maps", Json::array()}};
    for (const auto& map : hover.maps)
      data["maps"].push_back({{"name", map.name},
                              {"left", map.left},
                              {"top", map.top},
                              {"width", map.width},
                              {"height", map.height},
                              {"rows", map.rows},
                              {"columns", map.columns},
                              {"values", numbers(map.values, 4)}});
  }
  // No name may end the element.
  std::string json = data.dump(-1, ' ', false, Json::error_handler_t::replace);
  for (std::size_t at = 0; (at = json.find('<', at)) != std::string::npos;)
    json.replace(at, 1, "\\u003c");
  const char* script = !hover.maps.empty() ? kMapScript : !hover.series.empty() ? kLineScript : "";
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{}</title>\n"
      "<style>{}</style>\n<div id=\"plot\">\n{}<div id=\"tip\"></div>\n</div>\n"
      "<script type=\"application/json\" id=\"data\">{}</script>\n<script>{}{}</script>\n</html>\n",
      escaped(picture.title), kStyle, svg(picture), json, kSharedScript, script);
}

}  // namespace nlp::plot
