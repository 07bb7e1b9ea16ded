#include "plot/html.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/json.hpp"
#include "plot/svg.hpp"

namespace nlp::plot {
namespace {
constexpr const char* kStyle =
    "body{margin:0;background:#fff;color:#282828;font:13px/1.5 DejaVu Sans,Verdana,sans-serif}"
    "#plot{position:relative;display:inline-block}"
    "#tip{position:absolute;visibility:hidden;pointer-events:none;background:#fffffff0;"
    "border:1px solid #bbb;border-radius:3px;padding:4px 8px;white-space:nowrap}"
    "#tip td{padding:0 .6em 0 0;font-variant-numeric:tabular-nums}";

constexpr const char* kScript = R"js(
const data = JSON.parse(document.getElementById("data").textContent);
const svg = document.querySelector("svg"), tip = document.getElementById("tip");
const rule = document.createElementNS(svg.namespaceURI, "line");
rule.setAttribute("stroke", "#888");
rule.setAttribute("y1", data.top);
rule.setAttribute("y2", data.bottom);
rule.style.visibility = "hidden";
svg.append(rule);
function nearest(places, x) {
  let low = 0, high = places.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (places[middle] < x) low = middle; else high = middle;
  }
  return Math.abs(places[low] - x) <= Math.abs(places[high] - x) ? low : high;
}
function cell(row, text, color) {
  const made = row.insertCell();
  made.textContent = text;
  if (color) made.style.color = color;
}
function hide() { tip.style.visibility = rule.style.visibility = "hidden"; }
svg.addEventListener("pointerleave", hide);
svg.addEventListener("pointermove", event => {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  if (at.x < data.left - 4 || at.x > data.right + 4 || at.y < data.top || at.y > data.bottom)
    return hide();
  const table = document.createElement("table");
  let place = null;
  for (const series of data.series) {
    const k = nearest(series.places, at.x);
    if (place === null || Math.abs(series.places[k] - at.x) < Math.abs(place - at.x))
      place = series.places[k];
    const row = table.insertRow();
    cell(row, "\u25cf " + series.name, series.color);
    cell(row, data.x_name + " " + series.x[k]);
    for (const name in series.values)
      if (series.values[name][k] !== null)
        cell(row, name + " " + Number(series.values[name][k].toPrecision(5)));
  }
  tip.replaceChildren(table);
  rule.setAttribute("x1", place);
  rule.setAttribute("x2", place);
  const left = at.x > (data.left + data.right) / 2;
  tip.style.left = (left ? place - 12 - tip.offsetWidth : place + 12) + "px";
  tip.style.top = Math.min(at.y + 12, data.bottom - tip.offsetHeight) + "px";
  tip.style.visibility = rule.style.visibility = "visible";
});
)js";

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
  // No name may end the element.
  std::string json = data.dump(-1, ' ', false, Json::error_handler_t::replace);
  for (std::size_t at = 0; (at = json.find('<', at)) != std::string::npos;)
    json.replace(at, 1, "\\u003c");
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{}</title>\n"
      "<style>{}</style>\n<div id=\"plot\">\n{}<div id=\"tip\"></div>\n</div>\n"
      "<script type=\"application/json\" id=\"data\">{}</script>\n<script>{}</script>\n</html>\n",
      escaped(picture.title), kStyle, svg(picture), json, kScript);
}

}  // namespace nlp::plot
