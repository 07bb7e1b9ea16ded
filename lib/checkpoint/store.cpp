#include "checkpoint/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "checkpoint/safetensors_writer.hpp"
#include "tensor/int8.hpp"

namespace nlp::checkpoint {
namespace {

using tensor::DType;
using tensor::TensorView;

constexpr std::int64_t kPiece = 1 << 18;  // values converted at once
constexpr std::int64_t kLeastExtent = 16;
constexpr std::string_view kWeight = ".weight";
// Parts of the names of tables that are looked up by position or distance.
constexpr std::string_view kTables[] = {"position", "relative", "rel_embeddings"};

bool is_float(const TensorView& view) {
  return view.dtype == DType::f32 || view.dtype == DType::f16 || view.dtype == DType::bf16 ||
         view.dtype == DType::f64 || view.row_scales != nullptr;
}

DType type_of(std::string_view name, const TensorView& view, StoredType type) {
  if (!is_float(view)) return view.dtype;
  if (type == StoredType::bf16) return DType::bf16;
  return type == StoredType::int8 && is_int8(name, view.shape) ? DType::i8 : DType::f32;
}

class Storing {
 public:
  Storing(SafetensorsWriter& writer, std::string name, const TensorView& view)
      : writer_(writer), name_(std::move(name)), view_(view) {}

  void copy() const {
    writer_.write(name_, 0, {view_.data, view_.bytes()});
    if (view_.row_scales == nullptr) return;
    const auto rows = static_cast<std::size_t>(view_.shape.front());
    writer_.write(scales_name(), 0, std::as_bytes(std::span(view_.row_scales, rows)));
  }

  // Piece by piece; write(first, values) gets them.
  template <class Write>
  void for_pieces(std::int64_t most, Write write) const {
    const std::int64_t count = tensor::count(view_.shape);
    std::vector<float> values(static_cast<std::size_t>(std::min(count, most)));
    for (std::int64_t first = 0; first < count; first += most) {
      const auto size = static_cast<std::size_t>(std::min(most, count - first));
      tensor::to_f32(view_, first, std::span(values).first(size));
      write(first, std::span<const float>(values).first(size));
    }
  }

  void to_f32() const {
    for_pieces(kPiece, [&](std::int64_t first, std::span<const float> values) {
      writer_.write(name_, static_cast<std::uint64_t>(first) * sizeof(float),
                    std::as_bytes(values));
    });
  }

  void to_bf16() const {
    std::vector<std::uint16_t> halves;
    for_pieces(kPiece, [&](std::int64_t first, std::span<const float> values) {
      halves.resize(values.size());
      std::ranges::transform(values, halves.begin(), tensor::f32_to_bf16);
      writer_.write(name_, static_cast<std::uint64_t>(first) * sizeof(std::uint16_t),
                    std::as_bytes(std::span(halves)));
    });
  }

  void to_int8() const {
    const std::int64_t columns = view_.shape.at(1);
    const std::int64_t rows = std::max<std::int64_t>(kPiece / columns, 1);
    std::vector<std::int8_t> whole;
    std::vector<float> scales;
    for_pieces(rows * columns, [&](std::int64_t first, std::span<const float> values) {
      whole.resize(values.size());
      scales.resize(values.size() / static_cast<std::size_t>(columns));
      tensor::quantize_rows(values, whole, scales);
      const auto row = static_cast<std::uint64_t>(first / columns);
      for (std::size_t k = 0; k < scales.size(); ++k)
        if (!std::isfinite(scales[k]))
          throw Error(Kind::model, fmt::format("{}: row {} has infinity or NaN, which int8 cannot "
                                               "hold; store it as bf16",
                                               name_, row + k));
      writer_.write(name_, static_cast<std::uint64_t>(first), std::as_bytes(std::span(whole)));
      writer_.write(scales_name(), row * sizeof(float), std::as_bytes(std::span(scales)));
    });
  }

 private:
  std::string scales_name() const { return fmt::format("{}{}", name_, kScaleEnding); }

  SafetensorsWriter& writer_;
  std::string name_;
  const TensorView& view_;
};

const TensorView& view_of(const Checkpoint& src, std::string_view name) {
  const TensorView* view = src.find(name);
  if (view == nullptr) throw Error(Kind::internal, fmt::format("{}: no such tensor", name));
  return *view;
}

// Library files of Python ask for `format`; int8 is none of what they know.
std::map<std::string, std::string> metadata_of(StoredType type) {
  if (type == StoredType::int8) return {{"format", "nlp-int8"}, {"version", "1"}};
  return {{"format", "pt"}, {"nlp_dtype", type == StoredType::bf16 ? "bf16" : "f32"}};
}

}  // namespace

bool is_int8(std::string_view name, const tensor::Shape& shape) {
  return shape.size() == 2 && shape[0] >= kLeastExtent && shape[1] >= kLeastExtent &&
         name.ends_with(kWeight) && std::ranges::none_of(kTables, [&](std::string_view table) {
           return name.find(table) != std::string_view::npos;
         });
}

Stored store(const Checkpoint& src, std::span<const std::string_view> names, StoredType type,
             const std::filesystem::path& file, const std::function<void()>& progress,
             std::string_view prefix) {
  const auto called = [&](std::string_view name) { return fmt::format("{}{}", prefix, name); };
  std::vector<TensorPlan> plans;
  Stored stored;
  for (const std::string_view name : names) {
    const TensorView& view = view_of(src, name);
    const DType dtype = type_of(name, view, type);
    plans.push_back({called(name), dtype, view.shape});
    ++stored.tensors;
    if (dtype != DType::i8 || !is_float(view)) continue;
    plans.push_back({called(name) + std::string(kScaleEnding), DType::f32, {view.shape.front()}});
    ++stored.int8;
  }
  for (const TensorPlan& plan : plans) {
    stored.names.push_back(plan.name);
    stored.tensor_bytes +=
        static_cast<std::uint64_t>(tensor::count(plan.shape)) * tensor::size_of(plan.dtype);
  }
  SafetensorsWriter writer(file, std::move(plans), metadata_of(type));
  for (const std::string_view name : names) {
    const TensorView& view = view_of(src, name);
    const Storing storing(writer, called(name), view);
    const DType dtype = type_of(name, view, type);
    if (dtype == view.dtype)
      storing.copy();
    else if (dtype == DType::f32)
      storing.to_f32();
    else if (dtype == DType::bf16)
      storing.to_bf16();
    else
      storing.to_int8();
    src.forget({view.data, view.bytes()});
    progress();
  }
  writer.commit();
  stored.bytes = writer.bytes();
  return stored;
}

}  // namespace nlp::checkpoint
