// The fonts of a text, for Cairo.  For the files of render.hpp alone.
#pragma once
#include <cairo.h>

#include <memory>
#include <string>
#include <vector>

namespace nlp::plot {

using FontFace = std::shared_ptr<cairo_font_face_t>;

// Letters of a text that have one font.
struct TextPart {
  std::string text;
  FontFace face;
};

// A text in the sans-serif font, and where that has no such letter in any font of the system that
// has.  Cairo's own choice is one font, which draws boxes for Chinese where it has none.
std::vector<TextPart> parts_of(const std::string& text, bool bold);

}  // namespace nlp::plot
