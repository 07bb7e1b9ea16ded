#include "checkpoint/torch_tensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <tuple>

#include "base/error.hpp"

namespace nlp::checkpoint {
namespace {

using Type = PickleValue::Type;
using Items = std::vector<const PickleValue*>;

// torch itself takes no more in what it computes with.
constexpr std::size_t kMostRank = 64;
// A parameter around a tensor; no file needs more.
constexpr int kDeepest = 4;

[[noreturn]] void fail(const std::string& where, const std::string& what) {
  throw Error(Kind::model, fmt::format("{}: {}", where, what));
}

std::uint64_t size_of(const PickleValue& value, const char* what, const std::string& where) {
  if (value.type != Type::integer || value.integer < 0)
    fail(where, fmt::format("{} is no number from 0", what));
  return static_cast<std::uint64_t>(value.integer);
}

const Items* arguments(const PickleValue& value, std::string_view function) {
  return value.type == Type::call && value.items[0]->text == function ? &value.items[1]->items
                                                                      : nullptr;
}

std::vector<std::int64_t> read_sizes(const PickleValue& value, const char* what,
                                     const std::string& where) {
  const PickleValue* sizes = &value;
  if (const Items* inner = arguments(value, kSize); inner && inner->size() == 1)
    sizes = inner->front();
  if ((sizes->type != Type::tuple && sizes->type != Type::list) || sizes->items.size() > kMostRank)
    fail(where, fmt::format("its {} is no list of at most {} numbers", what, kMostRank));
  std::vector<std::int64_t> numbers;
  for (const PickleValue* size : sizes->items)
    numbers.push_back(static_cast<std::int64_t>(size_of(*size, what, where)));
  return numbers;
}

struct Layout {
  tensor::Shape shape;
  std::vector<std::int64_t> strides;
  std::uint64_t offset = 0;  // all in elements
};

bool is_row_major(const Layout& layout) {
  std::int64_t wanted = 1;
  for (std::size_t axis = layout.shape.size(); axis-- > 0;) {
    if (layout.shape[axis] != 1 && layout.strides[axis] != wanted) return false;
    wanted *= layout.shape[axis];
  }
  return true;
}

// Elements of the shape; throws when they overflow.
std::uint64_t checked_count(const Layout& layout, const std::string& where) {
  if (std::ranges::find(layout.shape, 0) != layout.shape.end()) return 0;
  std::uint64_t count = 1;
  for (const auto extent : layout.shape)
    if (__builtin_mul_overflow(count, static_cast<std::uint64_t>(extent), &count) ||
        count > INT64_MAX)
      fail(where, fmt::format("too large a shape, {}", tensor::to_string(layout.shape)));
  return count;
}

// Throws unless the last element (extents are not 0) is one of `taken`.
void check_end(const Layout& layout, std::uint64_t taken, const std::string& where) {
  std::uint64_t last = layout.offset;
  bool overflow = false;
  for (std::size_t axis = 0; axis < layout.shape.size(); ++axis) {
    std::uint64_t step = 0;
    overflow |= __builtin_mul_overflow(static_cast<std::uint64_t>(layout.shape[axis] - 1),
                                       static_cast<std::uint64_t>(layout.strides[axis]), &step);
    overflow |= __builtin_add_overflow(last, step, &last);
  }
  if (overflow || last >= taken)
    fail(where, fmt::format("reaches beyond its storage (shape {}, strides {}, offset {}, storage "
                            "of {} elements)",
                            tensor::to_string(layout.shape), tensor::to_string(layout.strides),
                            layout.offset, taken));
}

void copy_row_major(const std::byte* src, const Layout& layout, std::size_t bytes,
                    std::uint64_t count, std::byte* dst) {
  std::vector<std::int64_t> index(layout.shape.size());
  std::int64_t at = 0;
  for (std::uint64_t k = 0; k < count; ++k) {
    std::memcpy(dst + k * bytes, src + static_cast<std::size_t>(at) * bytes, bytes);
    for (std::size_t axis = index.size(); axis-- > 0;) {
      at += layout.strides[axis];
      if (++index[axis] < layout.shape[axis]) break;
      at -= layout.strides[axis] * layout.shape[axis];
      index[axis] = 0;
    }
  }
}

class StateDictReader {
 public:
  StateDictReader(const Storages& storages, std::uint64_t most_copied, const std::string& where)
      : storages_(storages), left_to_copy_(most_copied), where_(where) {}

  TorchFile read(const PickleValue& value) {
    const PickleValue* dict = &value;
    for (int depth = 0; depth < kDeepest && !has_tensors(*dict); ++depth)
      if (const PickleValue* inner = wrapped(*dict)) dict = inner;
    if (!has_tensors(*dict))
      fail(where_, "holds no tensors by name (expected a state dict); save model.state_dict()");
    for (std::size_t k = 0; k + 1 < dict->items.size(); k += 2) {
      const PickleValue& key = *dict->items[k];
      if (key.type != Type::text || !is_tensor(*dict->items[k + 1])) continue;
      const std::string place = fmt::format("{}: {}", where_, shown(key.text));
      if (!file_.tensors.emplace(key.text, rebuild(*dict->items[k + 1], place)).second)
        fail(place, "the name stands twice");
    }
    return std::move(file_);
  }

 private:
  // The tensor within its parameters.
  static const PickleValue* unwrapped(const PickleValue& value) {
    const PickleValue* inner = &value;
    for (int depth = 0; depth < kDeepest; ++depth) {
      const Items* of = arguments(*inner, kRebuildParameter);
      if (!of) of = arguments(*inner, kRebuildParameterWithState);
      if (!of || of->empty()) break;
      inner = of->front();
    }
    return inner;
  }
  static bool is_tensor(const PickleValue& value) {
    const PickleValue& inner = *unwrapped(value);
    return arguments(inner, kRebuildTensor) || arguments(inner, kRebuildTensorV2) ||
           arguments(inner, kRebuildTensorV3);
  }
  static bool has_tensors(const PickleValue& value) {
    if (value.type != Type::dict) return false;
    for (std::size_t k = 0; k + 1 < value.items.size(); k += 2)
      if (value.items[k]->type == Type::text && is_tensor(*value.items[k + 1])) return true;
    return false;
  }
  static const PickleValue* wrapped(const PickleValue& value) {
    if (value.type != Type::dict) return nullptr;
    for (const std::string_view name : {"state_dict", "model_state_dict", "model"})
      for (std::size_t k = 0; k + 1 < value.items.size(); k += 2)
        if (value.items[k]->type == Type::text && value.items[k]->text == name &&
            value.items[k + 1]->type == Type::dict)
          return value.items[k + 1];
    return nullptr;
  }

  tensor::TensorView rebuild(const PickleValue& value, const std::string& where) {
    const PickleValue& call = *unwrapped(value);
    const Items& of = call.items[1]->items;
    const bool v3 = call.items[0]->text == kRebuildTensorV3;
    if (of.size() < (v3 ? 7u : 4u) || of[0]->type != Type::persistent)
      fail(where, "is not described as a tensor");
    const StorageId id = read_storage_id(*of[0], where);
    ElementType type = id.type;
    std::uint64_t taken = id.taken;
    if (v3) {
      const auto dtype = of[6]->type == Type::global ? dtype_of(of[6]->text) : std::nullopt;
      if (!dtype) fail(where, "has no type that is known");
      type = *dtype;
      taken = id.taken * id.type.bytes / type.bytes;
    }
    // What conjugates or negates values when they are read.
    const std::size_t metadata = v3 ? 7 : 6;
    if (of.size() > metadata && of[metadata]->type != Type::none && !of[metadata]->items.empty())
      fail(where, "its values are stored conjugated or negated, which is not read");

    Layout layout;
    layout.offset = size_of(*of[1], "its offset", where);
    layout.shape = read_sizes(*of[2], "shape", where);
    layout.strides = read_sizes(*of[3], "strides", where);
    if (layout.shape.size() != layout.strides.size())
      fail(where, "its shape and its strides differ in length");
    for (std::size_t axis = 0; axis < layout.shape.size(); ++axis)
      if (layout.shape[axis] == 1) layout.strides[axis] = 0;  // never taken, whatever it says
    const std::uint64_t count = checked_count(layout, where);
    const std::span<const std::byte> storage = find(id, where);
    if (count == 0) return {type.dtype, layout.shape, storage.data()};
    check_end(layout, taken, where);
    const std::byte* data = storage.data() + id.first * id.type.bytes + layout.offset * type.bytes;
    if (!is_row_major(layout)) data = copied(data, layout, type.bytes, count, where);
    return {type.dtype, layout.shape, data};
  }

  std::span<const std::byte> find(const StorageId& id, const std::string& where) const {
    const auto found = storages_.find(id.key);
    if (found == storages_.end())
      fail(where, fmt::format("its storage {} is missing; fetch the file again", shown(id.key)));
    if (found->second.size() < id.bytes())
      fail(where, fmt::format("its storage {} is too short (expected {} bytes, got {})",
                              shown(id.key), id.bytes(), found->second.size()));
    return found->second;
  }

  // Tied tensors share a copy.
  const std::byte* copied(const std::byte* src, const Layout& layout, std::size_t bytes,
                          std::uint64_t count, const std::string& where) {
    const auto [known, is_new] =
        copies_.try_emplace({src, bytes, layout.shape, layout.strides}, nullptr);
    if (!is_new) return known->second;
    if (count > left_to_copy_ / bytes)
      fail(where, fmt::format("repeats its values more often than the file is large (shape {}, "
                              "strides {}); save contiguous tensors",
                              tensor::to_string(layout.shape), tensor::to_string(layout.strides)));
    left_to_copy_ -= count * bytes;
    file_.copies.push_back(
        std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(count) * bytes));
    known->second = file_.copies.back().get();
    copy_row_major(src, layout, bytes, count, file_.copies.back().get());
    return known->second;
  }

  const Storages& storages_;
  std::uint64_t left_to_copy_;
  const std::string& where_;
  TorchFile file_;
  std::map<std::tuple<const std::byte*, std::size_t, tensor::Shape, std::vector<std::int64_t>>,
           const std::byte*>
      copies_;
};

}  // namespace

StorageId read_storage_id(const PickleValue& persistent, const std::string& where) {
  const PickleValue& id = *persistent.items.front();
  if (id.type != Type::tuple || id.items.size() < 5 || id.items[0]->type != Type::text ||
      id.items[0]->text != "storage" || id.items[1]->type != Type::global ||
      id.items[2]->type != Type::text)
    fail(where, "the pickle names something outside of it that is no storage");
  const auto type = storage_type(id.items[1]->text);
  if (!type) fail(where, fmt::format("{} is no type of storage", id.items[1]->text));
  StorageId storage{id.items[2]->text, *type, size_of(*id.items[4], "a storage's size", where)};
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(storage.count, type->bytes, &bytes))
    fail(where, fmt::format("too large a storage, {} elements", storage.count));
  storage.taken = storage.count;
  if (id.items.size() > 5 && id.items[5]->type != Type::none) {
    const PickleValue& view = *id.items[5];
    if (view.type != Type::tuple || view.items.size() != 3) fail(where, "a view is not described");
    storage.first = size_of(*view.items[1], "a view's offset", where);
    storage.taken = size_of(*view.items[2], "a view's size", where);
    if (storage.first > storage.count || storage.taken > storage.count - storage.first)
      fail(where, fmt::format("a view reaches beyond its storage ({} elements from {}, storage of "
                              "{} elements)",
                              storage.taken, storage.first, storage.count));
  }
  return storage;
}

TorchFile read_state_dict(const PickleValue& value, const Storages& storages,
                          std::uint64_t most_copied, const std::string& where) {
  return StateDictReader(storages, most_copied, where).read(value);
}

}  // namespace nlp::checkpoint
