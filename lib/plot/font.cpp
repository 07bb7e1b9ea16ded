#include "plot/font.hpp"

#include <cairo-ft.h>
#include <fontconfig/fontconfig.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NLP_FINDS_LEAKS
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define NLP_FINDS_LEAKS
#endif
#ifdef NLP_FINDS_LEAKS
// Fontconfig keeps what it has read for the life of the process, by offsets instead of pointers:
// to the sanitizer this looks lost.
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig"; }
extern "C" const char* __lsan_default_options() { return "print_suppressions=0"; }
#endif

namespace nlp::plot {
namespace {
struct Font {
  std::shared_ptr<FcPattern> pattern;  // null on a system without fonts
  FontFace face;

  bool has(FcChar32 letter) const {
    FcCharSet* letters = nullptr;
    return pattern &&
           FcPatternGetCharSet(pattern.get(), FC_CHARSET, 0, &letters) == FcResultMatch &&
           FcCharSetHasChar(letters, letter) == FcTrue;
  }
};

// The font that is nearest to sans-serif; of those that have the letter, where one is given.
Font match(bool bold, FcChar32 letter) {
  const std::unique_ptr<FcPattern, decltype(&FcPatternDestroy)> wanted(FcPatternCreate(),
                                                                       FcPatternDestroy);
  FcPatternAddString(wanted.get(), FC_FAMILY, reinterpret_cast<const FcChar8*>("sans-serif"));
  FcPatternAddInteger(wanted.get(), FC_WEIGHT, bold ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR);
  FcPatternAddBool(wanted.get(), FC_SCALABLE, FcTrue);
  if (letter != 0) {
    FcCharSet* letters = FcCharSetCreate();
    FcCharSetAddChar(letters, letter);
    FcPatternAddCharSet(wanted.get(), FC_CHARSET, letters);
    FcCharSetDestroy(letters);
  }
  FcConfigSubstitute(nullptr, wanted.get(), FcMatchPattern);
  FcDefaultSubstitute(wanted.get());
  FcResult result = FcResultMatch;
  Font font;
  if (FcPattern* found = FcFontMatch(nullptr, wanted.get(), &result)) {
    font.pattern.reset(found, FcPatternDestroy);
    font.face.reset(cairo_ft_font_face_create_for_pattern(found), cairo_font_face_destroy);
  } else {  // Cairo has a font of its own
    font.face.reset(
        cairo_toy_font_face_create("sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL),
        cairo_font_face_destroy);
  }
  return font;
}
}  // namespace

std::vector<TextPart> parts_of(const std::string& text, bool bold) {
  const Font standard = match(bold, 0);
  Font other;  // the last one that was taken instead
  std::vector<TextPart> parts;
  const auto* bytes = reinterpret_cast<const FcChar8*>(text.data());
  for (int at = 0, end = static_cast<int>(text.size()); at < end;) {
    FcChar32 letter = 0;
    const int size = FcUtf8ToUcs4(bytes + at, &letter, end - at);
    if (size <= 0) break;
    const Font* font = &standard;
    if (!standard.has(letter)) {
      if (!other.has(letter)) {
        const Font found = match(bold, letter);
        if (found.has(letter)) other = found;
      }
      if (other.has(letter)) font = &other;
    }
    if (parts.empty() || parts.back().face != font->face) parts.push_back({"", font->face});
    parts.back().text.append(text, static_cast<std::size_t>(at), static_cast<std::size_t>(size));
    at += size;
  }
  return parts;
}

}  // namespace nlp::plot
