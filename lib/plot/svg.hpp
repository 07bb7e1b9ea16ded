// Pictures as SVG.
#pragma once
#include <string>
#include <string_view>

#include "plot/picture.hpp"

namespace nlp::plot {

// An <svg> element, as a file of its own and within a page.  Cairo would make outlines of the
// letters; here they stay text: to be searched, copied, read aloud, in the reader's fonts.
// Source: SVG 1.1.
std::string svg(const Picture& picture);

// Text as it stands in XML and HTML, between tags and in attributes.
std::string escaped(std::string_view text);

}  // namespace nlp::plot
