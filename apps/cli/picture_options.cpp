#include "cli/picture_options.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <span>

#include "base/error.hpp"
#include "base/npz.hpp"
#include "cli/display_names.hpp"
#include "cli/output_file.hpp"
#include "plot/render.hpp"
#include "plot/svg.hpp"

namespace nlp::cli {
namespace {
constexpr double kScale = 2;
constexpr double kLongestSide = 16384;  // pixels of a PNG

void check_range(const char* option, int value, int least, int most, const char* unit) {
  if (value != 0 && (value < least || value > most))
    throw Error(Kind::usage, fmt::format("{}: out of range (expected {} to {} {}, got {})", option,
                                         least, most, unit, value));
}

void write_arrays(const std::vector<PictureArray>& arrays, OutputFile& file) {
  NpzWriter npz([&](std::string_view bytes) { file.write(bytes); });
  const auto write = [&](auto value) {
    npz.write({reinterpret_cast<const char*>(&value), sizeof value});
  };
  for (const auto& array : arrays) {
    const std::int64_t count[] = {static_cast<std::int64_t>(array.values.size())};
    const std::span<const std::int64_t> shape = array.shape;
    npz.begin(array.name, array.type, shape.empty() ? std::span<const std::int64_t>(count) : shape);
    for (const double value : array.values)
      if (array.type == npy::Type::int64)
        write(static_cast<std::int64_t>(value));
      else
        write(static_cast<float>(value));
    npz.end();
  }
  npz.finish();
}
}  // namespace

PictureOptions::PictureOptions(App& app, Size standard) : standard_(standard) {
  app.add_option("-o,--output", output_,
                 "The picture, which appears whole or not at all; its suffix says what it is: "
                 ".svg, .png, .pdf or .html; without it blocks go to stdout")
      ->type_name("FILE");
  app.add_option("--title", title_, "A title above the picture")->type_name("TEXT");
  const auto size = [](int pixels) {
    return pixels > 0 ? fmt::format("else {}", pixels) : std::string("else what it needs");
  };
  app.add_option(
         "--width", width_,
         fmt::format("Pixels, {}; columns of blocks, else the terminal's", size(standard.width)))
      ->type_name("N")
      ->default_str("");
  app.add_option("--height", height_,
                 fmt::format("Pixels, {}; rows of blocks, else {}", size(standard.height),
                             standard.height > 0 ? "the terminal's" : "what it needs"))
      ->type_name("N")
      ->default_str("");
  app.add_option("--scale", scale_,
                 "Dots of a PNG for each pixel, so that it is sharp in print; else 2")
      ->type_name("X")
      ->range(0.5, 8.0)
      ->default_str("");
  app.add_option("--data", data_, "Write the numbers of the picture, too, as NumPy arrays (.npz)")
      ->type_name("FILE");
  app.after_parse([this] { choose_kind(); });
}

void PictureOptions::choose_kind() {
  if (output_ == "-") output_.clear();
  if (data_ == "-")
    throw Error(nlp::Kind::usage, "--data: the picture is what stdout has; name a file");
  title_ = displayable(title_);
  if (!output_.empty()) {
    std::string suffix = std::filesystem::path(output_).extension().string();
    std::ranges::transform(suffix, suffix.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (suffix == ".svg")
      kind_ = Kind::svg;
    else if (suffix == ".png")
      kind_ = Kind::png;
    else if (suffix == ".pdf")
      kind_ = Kind::pdf;
    else if (suffix == ".html")
      kind_ = Kind::html;
    else
      throw Error(
          nlp::Kind::usage,
          fmt::format("{}: no such kind of picture (expected .svg, .png, .pdf or .html)", output_));
  }
  if (is_blocks()) {
    check_range("--width", width_, 40, 1000, "columns");
    check_range("--height", height_, 12, 1000, "rows");
  } else {
    check_range("--width", width_, 240, 10000, "pixels");
    check_range("--height", height_, 160, 10000, "pixels");
  }
  if (scale_ > 0 && kind_ != Kind::png)
    throw Error(nlp::Kind::usage, "--scale: only a .png has dots");
  if (scale_ <= 0) scale_ = kScale;
  check_dots();
  if (!data_.empty() && data_ == output_)
    throw Error(nlp::Kind::usage, "--data and --output name the same file; choose another");
}

void PictureOptions::check_dots() const {
  if (kind_ == Kind::png && std::max(width(), height()) * scale_ > kLongestSide)
    throw Error(
        nlp::Kind::usage,
        fmt::format("--scale: too large a picture (expected at most {} dots a side, got {})",
                    kLongestSide, std::max(width(), height()) * scale_));
}

void PictureOptions::set_standard(Size standard) {
  standard_ = standard;
  check_dots();
}

PictureOptions::Cells PictureOptions::cells(int more) const {
  Cells cells;
  cells.rows += more - 1;
  winsize window = {};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0 && window.ws_row > 0) {
    cells.columns = std::clamp<int>(window.ws_col, 40, 1000);
    cells.rows = std::clamp<int>(window.ws_row - 2, 12 + more, 32 + more);
  }
  if (width_ > 0) cells.columns = width_;
  if (height_ > 0) cells.rows = height_;
  return cells;
}

std::string PictureOptions::file(const plot::Picture& picture, const plot::Hover& hover) const {
  switch (kind_) {
    case Kind::svg:
      return plot::svg(picture);
    case Kind::png:
      return plot::png(picture, scale_);
    case Kind::pdf:
      return plot::pdf(picture);
    case Kind::html:
      return plot::html_page(picture, hover);
    case Kind::blocks:
      break;
  }
  throw Error(nlp::Kind::internal, "blocks are no file");
}

void PictureOptions::write(const std::string& bytes,
                           const std::vector<PictureArray>& arrays) const {
  if (!data_.empty()) {
    OutputFile data(data_);
    write_arrays(arrays, data);
    data.commit();
  }
  OutputFile file(output_);
  file.write(bytes);
  file.commit();
}

}  // namespace nlp::cli
