// The scripts of pages: what shows the numbers under the pointer.  For html.cpp alone.
#pragma once

namespace nlp::plot {

constexpr const char* kSharedScript = R"js(
const data = JSON.parse(document.getElementById("data").textContent);
const svg = document.querySelector("svg"), tip = document.getElementById("tip");
function shape(name, attributes) {
  const made = document.createElementNS(svg.namespaceURI, name);
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  made.style.visibility = "hidden";
  made.style.pointerEvents = "none";
  svg.append(made);
  return made;
}
function cell(row, text, color) {
  const made = row.insertCell();
  made.textContent = text;
  if (color) made.style.color = color;
}
function place_of(event) {
  return new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
}
)js";

// A rule at the nearest place of each line.
constexpr const char* kLineScript = R"js(
const rule = shape("line", {stroke: "#888", y1: data.top, y2: data.bottom});
function nearest(places, x) {
  let low = 0, high = places.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (places[middle] < x) low = middle; else high = middle;
  }
  return Math.abs(places[low] - x) <= Math.abs(places[high] - x) ? low : high;
}
function hide() { tip.style.visibility = rule.style.visibility = "hidden"; }
svg.addEventListener("pointerleave", hide);
svg.addEventListener("pointermove", event => {
  const at = place_of(event);
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

// A frame around the cell.
constexpr const char* kMapScript = R"js(
const outer = shape("rect", {fill: "none", stroke: "#fff", "stroke-width": 3});
const inner = shape("rect", {fill: "none", stroke: "#000", "stroke-width": 1.5});
function hide() {
  for (const part of [tip, outer, inner]) part.style.visibility = "hidden";
}
svg.addEventListener("pointerleave", hide);
svg.addEventListener("pointermove", event => {
  const at = place_of(event);
  const map = data.maps.find(map => at.x >= map.left && at.x < map.left + map.width &&
                                    at.y >= map.top && at.y < map.top + map.height);
  if (!map) return hide();
  const width = map.width / map.columns, height = map.height / map.rows;
  const column = Math.min(map.columns - 1, Math.floor((at.x - map.left) / width));
  const row = Math.min(map.rows - 1, Math.floor((at.y - map.top) / height));
  const table = document.createElement("table");
  const tell = (name, text) => {
    const line = table.insertRow();
    cell(line, name, "#777");
    cell(line, text);
  };
  if (map.name) tell("", map.name);
  tell(data.row_name, data.rows[row]);
  tell(data.column_name, data.columns[column]);
  tell(data.value_name, map.values[row * map.columns + column] ?? "none");
  tip.replaceChildren(table);
  const left = map.left + column * width, top = map.top + row * height;
  for (const frame of [outer, inner]) {
    frame.setAttribute("x", left);
    frame.setAttribute("y", top);
    frame.setAttribute("width", width);
    frame.setAttribute("height", height);
    frame.style.visibility = "visible";
  }
  const box = svg.viewBox.baseVal;
  tip.style.left = (left + width + 8 + tip.offsetWidth > box.width
    ? Math.max(0, left - 8 - tip.offsetWidth) : left + width + 8) + "px";
  tip.style.top = Math.max(0, Math.min(top, box.height - tip.offsetHeight)) + "px";
  tip.style.visibility = "visible";
});
)js";

}  // namespace nlp::plot
