// What the reference library computed with a small checkpoint of tests/data/models.
#pragma once
#include <cmath>
#include <cstring>
#include <filesystem>
#include <string>

#include "base/mapped_file.hpp"
#include "checkpoint/safetensors.hpp"
#include "model/batch.hpp"
#include "support/catch.hpp"
#include "support/paths.hpp"

namespace golden {

inline std::filesystem::path model(const std::string& name) {
  return paths::data("models/" + name);
}

// The arrays of golden.safetensors, or another file: padded batches [B,T,…].
class Arrays {
 public:
  explicit Arrays(const std::string& name, const char* file = "golden.safetensors")
      : file_(model(name) / file),
        tensors_(nlp::checkpoint::parse_safetensors(file_.bytes(), name)) {}

  const nlp::tensor::TensorView& view(const std::string& name) const { return tensors_.at(name); }
  bool has(const std::string& name) const { return tensors_.count(name) == 1; }

  std::int64_t integer(const std::string& name, std::int64_t index) const {
    std::int64_t value;
    std::memcpy(&value, view(name).data + index * 8, 8);
    return value;
  }
  float number(const std::string& name, std::int64_t index) const {
    float value;
    std::memcpy(&value, view(name).data + index * 4, 4);
    return value;
  }

  std::int64_t texts() const { return view("input_ids").shape[0]; }
  std::int64_t width() const { return view("input_ids").shape[1]; }
  std::int64_t length(std::int64_t text) const {
    std::int64_t count = 0;
    for (std::int64_t t = 0; t < width(); ++t)
      count += integer("attention_mask", text * width() + t);
    return count;
  }

  // The texts without their padding.
  nlp::model::Batch batch() const {
    nlp::model::Batch batch;
    for (std::int64_t b = 0; b < texts(); ++b) {
      std::vector<std::int32_t> ids, types;
      for (std::int64_t t = 0; t < length(b); ++t) {
        ids.push_back(static_cast<std::int32_t>(integer("input_ids", b * width() + t)));
        types.push_back(static_cast<std::int32_t>(integer("token_type_ids", b * width() + t)));
      }
      batch.add(ids, types);
    }
    return batch;
  }

  // Packed rows [N,W] against the padded array `name` [B,T,W].
  void check_rows(const std::string& name, const nlp::tensor::Tensor& rows) const {
    const auto columns = rows.size() / rows.rows();
    std::int64_t row = 0;
    double most = 0, largest = 1;
    for (std::int64_t b = 0; b < texts(); ++b)
      for (std::int64_t t = 0; t < length(b); ++t, ++row)
        for (std::int64_t k = 0; k < columns; ++k) {
          const double expected = number(name, (b * width() + t) * columns + k);
          most = std::max<double>(most, std::abs(rows.row(row)[k] - expected));
          largest = std::max(largest, std::abs(expected));
        }
    INFO(name);
    CHECK(most < 2e-5 * largest);  // rows that no norm has passed grow with the layers
    CHECK(row == rows.rows());
  }

 private:
  nlp::MappedFile file_;
  nlp::checkpoint::Tensors tensors_;
};

}  // namespace golden
