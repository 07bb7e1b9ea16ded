// Losses as a picture.
#pragma once
#include "plot/html.hpp"
#include "plot/loss/curves.hpp"
#include "plot/picture.hpp"

namespace nlp::plot {

// Each run in a colour: its losses pale under the smoothed line, discs for `dev`, the rate below.
// Throws Error{usage} where the names of the runs have no room.
struct LossPicture {
  Picture picture;
  Panel loss;
  Hover hover;  // for html_page()
};
LossPicture draw_loss(const Curves& curves, const LossOptions& options, double width,
                      double height);

// The same of block characters, so many columns wide and rows high; runs are told apart by colours,
// without these by letters, and only the smoothed line is there.
// Throws Error{usage} for too few rows.
std::string loss_blocks(const Curves& curves, const LossOptions& options, int columns, int rows,
                        bool colored);

}  // namespace nlp::plot
