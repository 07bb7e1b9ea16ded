#include "checkpoint/torch_names.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace nlp::checkpoint {
namespace {

using tensor::DType;

enum class Role : std::uint8_t { function, storage, dtype };

struct Row {
  std::string_view name;
  Role role = Role::function;
  ElementType type = {};
};

constexpr Row kRows[] = {
    {kRebuildTensor},
    {kRebuildTensorV2},
    {kRebuildTensorV3},
    {kRebuildParameter},
    {kRebuildParameterWithState},
    {kSize},
    // They occur beside weights and are not looked at.
    {"torch.device"},
    {"builtins.set"},
    {"_codecs.encode"},

    {"torch.FloatStorage", Role::storage, {DType::f32, 4}},
    {"torch.DoubleStorage", Role::storage, {DType::f64, 8}},
    {"torch.HalfStorage", Role::storage, {DType::f16, 2}},
    {"torch.BFloat16Storage", Role::storage, {DType::bf16, 2}},
    {"torch.LongStorage", Role::storage, {DType::i64, 8}},
    {"torch.IntStorage", Role::storage, {DType::i32, 4}},
    {"torch.ShortStorage", Role::storage, {DType::i16, 2}},
    {"torch.CharStorage", Role::storage, {DType::i8, 1}},
    {"torch.ByteStorage", Role::storage, {DType::u8, 1}},
    {"torch.BoolStorage", Role::storage, {DType::boolean, 1}},
    {"torch.ComplexFloatStorage", Role::storage, {DType::other, 8}},
    {"torch.ComplexDoubleStorage", Role::storage, {DType::other, 16}},
    {"torch.storage.UntypedStorage", Role::storage, {DType::u8, 1}},

    {"torch.float32", Role::dtype, {DType::f32, 4}},
    {"torch.float64", Role::dtype, {DType::f64, 8}},
    {"torch.float16", Role::dtype, {DType::f16, 2}},
    {"torch.bfloat16", Role::dtype, {DType::bf16, 2}},
    {"torch.int64", Role::dtype, {DType::i64, 8}},
    {"torch.int32", Role::dtype, {DType::i32, 4}},
    {"torch.int16", Role::dtype, {DType::i16, 2}},
    {"torch.int8", Role::dtype, {DType::i8, 1}},
    {"torch.uint8", Role::dtype, {DType::u8, 1}},
    {"torch.uint16", Role::dtype, {DType::u16, 2}},
    {"torch.uint32", Role::dtype, {DType::u32, 4}},
    {"torch.uint64", Role::dtype, {DType::u64, 8}},
    {"torch.bool", Role::dtype, {DType::boolean, 1}},
    {"torch.complex64", Role::dtype, {DType::other, 8}},
    {"torch.complex128", Role::dtype, {DType::other, 16}},
    {"torch.float8_e5m2", Role::dtype, {DType::other, 1}},
    {"torch.float8_e4m3fn", Role::dtype, {DType::other, 1}},
    {"torch.float8_e5m2fnuz", Role::dtype, {DType::other, 1}},
    {"torch.float8_e4m3fnuz", Role::dtype, {DType::other, 1}},
    {"torch.float8_e8m0fnu", Role::dtype, {DType::other, 1}},
};

constexpr auto kNames = [] {
  std::array<std::string_view, std::size(kRows)> names;
  std::ranges::transform(kRows, names.begin(), &Row::name);
  return names;
}();

std::optional<ElementType> find(std::string_view name, Role role) {
  for (const Row& row : kRows)
    if (row.role == role && row.name == name) return row.type;
  return {};
}

}  // namespace

std::span<const std::string_view> torch_globals() { return kNames; }

std::optional<ElementType> storage_type(std::string_view name) { return find(name, Role::storage); }

std::optional<ElementType> dtype_of(std::string_view name) { return find(name, Role::dtype); }

}  // namespace nlp::checkpoint
