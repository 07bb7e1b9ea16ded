// Texts packed one behind the other, without padding.  Legend: B texts, N tokens of all texts.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace nlp::model {

struct Batch {
  std::vector<std::int32_t> ids;           // [N]
  std::vector<std::int32_t> type_ids;      // [N]
  std::vector<std::int64_t> starts = {0};  // [B+1]: text b is the rows [starts[b], starts[b+1])

  std::int64_t texts() const { return static_cast<std::int64_t>(starts.size()) - 1; }
  std::int64_t rows() const { return starts.back(); }

  void add(std::span<const std::int32_t> text_ids, std::span<const std::int32_t> text_type_ids) {
    ids.insert(ids.end(), text_ids.begin(), text_ids.end());
    type_ids.insert(type_ids.end(), text_type_ids.begin(), text_type_ids.end());
    starts.push_back(static_cast<std::int64_t>(ids.size()));
  }
};

}  // namespace nlp::model
