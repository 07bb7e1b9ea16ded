// Filled masks as records: what `nlp fill-mask` and `nlp complete` write.
#pragma once
#include <string>
#include <vector>

#include "cli/value_writer.hpp"
#include "task/fill_mask.hpp"
#include "text/offsets.hpp"

namespace nlp::cli {

// Puts "text" and "masks":[{"start","end","candidates":[{"score","logprob","rank","id","token",
// "word","sequence"}]}] into an open object.
void put_masks(ValueWriter& writer, const std::string& text,
               const std::vector<task::FilledMask>& masks, text::Unit unit);

}  // namespace nlp::cli
