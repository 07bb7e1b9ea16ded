// A word's tag taken apart: `B-PER` is the place B of an entity of the kind PER.
// All schemes are understood side by side (BIO1, BIO2, BIOES, BILOU): an entity opens with B, S, U,
// and wherever none of its kind is open; it closes behind E, L, S, U.
#pragma once
#include <string_view>

namespace nlp::train {

struct Tag {
  char place = 'O';       // B, I, E, S, L, U, or O outside of entities
  std::string_view kind;  // of the text that was taken apart

  bool is_outside() const { return place == 'O'; }
  bool opens() const { return place == 'B' || is_single(); }
  bool closes() const { return place == 'E' || place == 'L' || is_single(); }

 private:
  bool is_single() const { return place == 'S' || place == 'U'; }
};

// A tag without place (`PER`) is I.
inline Tag tag_of(std::string_view text) {
  if (text == "O") return {};
  const bool placed = text.size() > 2 && text[1] == '-' &&
                      std::string_view("BIESLU").find(text[0]) != std::string_view::npos;
  return placed ? Tag{text[0], text.substr(2)} : Tag{'I', text};
}

}  // namespace nlp::train
