// Where a picture goes, what kind of file it becomes, and how large: what all of nlp plot share.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/npy.hpp"
#include "cli/app.hpp"
#include "plot/html.hpp"
#include "plot/picture.hpp"

namespace nlp::cli {

// Numbers of a picture that --data writes.
struct PictureArray {
  std::string name;
  std::vector<double> values;
  npy::Type type = npy::Type::float32;
  std::vector<std::int64_t> shape = {};  // empty: of one axis
};

// -o/--output, --width, --height, --scale, --title, --data.
class PictureOptions {
 public:
  struct Size {
    int width = 0, height = 0;  // pixels
  };
  PictureOptions(App& app, Size standard);
  PictureOptions(const PictureOptions&) = delete;

  bool is_blocks() const { return kind_ == Kind::blocks; }
  const std::string& title() const { return title_; }  // displayable

  // What the size is where the options do not tell it: of pictures that are as large as what they
  // show.  Throws Error{usage} where a .png would have too many dots.
  void set_standard(Size standard);

  // Of a picture that is not of blocks.
  double width() const { return width_ > 0 ? width_ : standard_.width; }
  double height() const { return height_ > 0 ? height_ : standard_.height; }

  // Of one that is; `more` rows than it has else where the height is not given.  The terminal's
  // size as far as there is one.
  struct Cells {
    int columns = 80, rows = 24;
  };
  Cells cells(int more) const;

  int given_height() const { return height_; }  // 0: none was

  // The bytes of the file.
  std::string file(const plot::Picture& picture, const plot::Hover& hover) const;

  // Writes picture and numbers, to stdout or files that appear whole or not at all.
  void write(const std::string& bytes, const std::vector<PictureArray>& arrays) const;

 private:
  enum class Kind { blocks, svg, png, pdf, html };
  void choose_kind();
  void check_dots() const;

  Size standard_;
  Kind kind_ = Kind::blocks;
  std::string output_, title_, data_;
  int width_ = 0, height_ = 0;
  double scale_ = 0;
};

}  // namespace nlp::cli
