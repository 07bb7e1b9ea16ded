#include "plot/render.hpp"

#include <cairo-pdf.h>
#include <cairo.h>
#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <iterator>
#include <memory>
#include <numbers>

#include "base/error.hpp"
#include "plot/font.hpp"

namespace nlp::plot {
namespace {
using Surface = std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;
using Context = std::unique_ptr<cairo_t, decltype(&cairo_destroy)>;

void check(cairo_status_t status) {
  if (status == CAIRO_STATUS_SUCCESS) return;
  if (status == CAIRO_STATUS_NO_MEMORY || status == CAIRO_STATUS_INVALID_SIZE)
    throw Error(Kind::memory, "picture: no room for it; make it smaller");
  throw Error(Kind::internal,
              fmt::format("picture: cannot be drawn ({})", cairo_status_to_string(status)));
}

class Drawing {
 public:
  explicit Drawing(cairo_t* cairo) : cairo_(cairo) {}

  void operator()(const Box& box) const {
    cairo_rectangle(cairo_, box.corner.x, box.corner.y, box.width, box.height);
    set(box.fill);
    cairo_fill(cairo_);
  }
  void operator()(const Line& line) const {
    for (const Point& point : line.points) cairo_line_to(cairo_, point.x, point.y);
    cairo_set_line_width(cairo_, line.width);
    if (line.dashed)
      cairo_set_dash(cairo_, kDashes, std::size(kDashes), 0);
    else
      cairo_set_dash(cairo_, nullptr, 0, 0);
    set(line.color);
    cairo_stroke(cairo_);
  }
  void operator()(const Polygon& polygon) const {
    for (const Point& point : polygon.points) cairo_line_to(cairo_, point.x, point.y);
    cairo_close_path(cairo_);
    set(polygon.fill);
    cairo_fill(cairo_);
  }
  void operator()(const Disc& disc) const {
    cairo_new_sub_path(cairo_);
    cairo_arc(cairo_, disc.center.x, disc.center.y, disc.radius, 0, 2 * std::numbers::pi);
    set(disc.fill);
    cairo_fill_preserve(cairo_);
    cairo_set_line_width(cairo_, 1.5);
    cairo_set_dash(cairo_, nullptr, 0, 0);
    set(disc.edge);
    cairo_stroke(cairo_);
  }
  void operator()(const Cells& cells) const {
    const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, cells.columns, cells.rows),
                          cairo_surface_destroy);
    if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS)
      return check(cairo_surface_status(surface.get()));
    unsigned char* data = cairo_image_surface_get_data(surface.get());
    const int stride = cairo_image_surface_get_stride(surface.get());
    for (std::size_t k = 0; k < cells.colors.size(); ++k) {
      const Color color = cells.colors[k];
      const std::uint32_t value = static_cast<std::uint32_t>(color.red) << 16 |
                                  static_cast<std::uint32_t>(color.green) << 8 | color.blue;
      const auto row = static_cast<std::ptrdiff_t>(k) / cells.columns,
                 column = static_cast<std::ptrdiff_t>(k) % cells.columns;
      std::memcpy(data + row * stride + column * 4, &value, 4);
    }
    cairo_surface_mark_dirty(surface.get());
    cairo_save(cairo_);
    cairo_translate(cairo_, cells.corner.x, cells.corner.y);
    cairo_scale(cairo_, cells.width / cells.columns, cells.height / cells.rows);
    cairo_set_source_surface(cairo_, surface.get(), 0, 0);
    // Cells have sharp edges, and nothing of what is beyond.
    cairo_pattern_set_filter(cairo_get_source(cairo_), CAIRO_FILTER_NEAREST);
    cairo_pattern_set_extend(cairo_get_source(cairo_), CAIRO_EXTEND_PAD);
    cairo_rectangle(cairo_, 0, 0, cells.columns, cells.rows);
    cairo_fill(cairo_);
    cairo_restore(cairo_);
  }
  void operator()(const Text& text) const {
    const auto parts = parts_of(text.text, text.bold);
    const double share = text.anchor == Anchor::start ? 0 : text.anchor == Anchor::middle ? 0.5 : 1;
    cairo_save(cairo_);
    cairo_translate(cairo_, text.at.x, text.at.y);
    if (text.upwards) cairo_rotate(cairo_, -std::numbers::pi / 2);
    set(text.color);
    double x = share > 0 ? -share * width(parts, text.size) : 0;
    for (const auto& part : parts) {
      set_font(part, text.size);
      cairo_move_to(cairo_, x, 0);
      cairo_show_text(cairo_, part.text.c_str());
      x += advance(part);
    }
    cairo_restore(cairo_);
    cairo_new_path(cairo_);  // a text leaves a point that the next line would begin with
  }

  double width(const std::vector<TextPart>& parts, double size) const {
    double sum = 0;
    for (const auto& part : parts) {
      set_font(part, size);
      sum += advance(part);
    }
    return sum;
  }

 private:
  void set_font(const TextPart& part, double size) const {
    cairo_set_font_face(cairo_, part.face.get());
    cairo_set_font_size(cairo_, size);
  }
  double advance(const TextPart& part) const {
    cairo_text_extents_t extents;
    cairo_text_extents(cairo_, part.text.c_str(), &extents);
    return extents.x_advance;
  }
  void set(Color color) const {
    cairo_set_source_rgba(cairo_, color.red / 255.0, color.green / 255.0, color.blue / 255.0,
                          color.opacity);
  }
  cairo_t* cairo_;
};

void draw(const Picture& picture, cairo_surface_t* surface, double scale) {
  check(cairo_surface_status(surface));
  const Context cairo(cairo_create(surface), cairo_destroy);
  cairo_scale(cairo.get(), scale, scale);
  cairo_set_line_join(cairo.get(), CAIRO_LINE_JOIN_ROUND);
  for (const Shape& shape : picture.shapes) std::visit(Drawing(cairo.get()), shape);
  check(cairo_status(cairo.get()));
}

Surface raster(const Picture& picture, double scale) {
  Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24,
                                             static_cast<int>(std::lround(picture.width * scale)),
                                             static_cast<int>(std::lround(picture.height * scale))),
                  cairo_surface_destroy);
  draw(picture, surface.get(), scale);
  cairo_surface_flush(surface.get());
  return surface;
}

// Cairo is C: nothing may fly through it.
cairo_status_t append(void* bytes, const unsigned char* data, unsigned int size) {
  try {
    static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), size);
  } catch (...) {
    return CAIRO_STATUS_NO_MEMORY;
  }
  return CAIRO_STATUS_SUCCESS;
}
}  // namespace

std::string png(const Picture& picture, double scale) {
  std::string bytes;
  const Surface surface = raster(picture, scale);
  check(cairo_surface_write_to_png_stream(surface.get(), append, &bytes));
  return bytes;
}

std::string pdf(const Picture& picture) {
  constexpr double kPoints = 72.0 / 96.0;  // of a pixel
  std::string bytes;
  const Surface surface(cairo_pdf_surface_create_for_stream(append, &bytes, picture.width * kPoints,
                                                            picture.height * kPoints),
                        cairo_surface_destroy);
  check(cairo_surface_status(surface.get()));
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, picture.title.c_str());
  // Without the time of drawing, so that the same picture is the same file.
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE,
                                 "1970-01-01T00:00:00Z");
  draw(picture, surface.get(), kPoints);
  cairo_surface_finish(surface.get());
  check(cairo_surface_status(surface.get()));
  return bytes;
}

Pixels pixels(const Picture& picture, double scale) {
  const Surface surface = raster(picture, scale);
  Pixels made;
  made.width = cairo_image_surface_get_width(surface.get());
  made.height = cairo_image_surface_get_height(surface.get());
  const unsigned char* data = cairo_image_surface_get_data(surface.get());
  const int stride = cairo_image_surface_get_stride(surface.get());
  for (int y = 0; y < made.height; ++y)
    for (int x = 0; x < made.width; ++x) {
      std::uint32_t color = 0;
      std::memcpy(&color, data + std::ptrdiff_t{y} * stride + std::ptrdiff_t{x} * 4, 4);
      made.colors.push_back(color & 0xFFFFFF);
    }
  return made;
}

double text_width(const std::string& text, double size, bool bold) {
  const Surface surface(cairo_recording_surface_create(CAIRO_CONTENT_ALPHA, nullptr),
                        cairo_surface_destroy);
  const Context cairo(cairo_create(surface.get()), cairo_destroy);
  const double width = Drawing(cairo.get()).width(parts_of(text, bold), size);
  return cairo_status(cairo.get()) == CAIRO_STATUS_SUCCESS ? width : 0;
}

}  // namespace nlp::plot
