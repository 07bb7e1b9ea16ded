#include "checkpoint/safetensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"

namespace nlp::checkpoint {
namespace {

using tensor::DType;

constexpr std::uint64_t kMostHeader = 100'000'000;

struct FileType {
  std::string_view name;
  unsigned bits;
  DType dtype;
};
constexpr std::array<FileType, 21> kTypes = {{
    {"BOOL", 8, DType::boolean},
    {"F4", 4, DType::other},
    {"F6_E2M3", 6, DType::other},
    {"F6_E3M2", 6, DType::other},
    {"U8", 8, DType::u8},
    {"I8", 8, DType::i8},
    {"F8_E5M2", 8, DType::other},
    {"F8_E4M3", 8, DType::other},
    {"F8_E8M0", 8, DType::other},
    {"F8_E4M3FNUZ", 8, DType::other},
    {"F8_E5M2FNUZ", 8, DType::other},
    {"I16", 16, DType::i16},
    {"U16", 16, DType::u16},
    {"F16", 16, DType::f16},
    {"BF16", 16, DType::bf16},
    {"I32", 32, DType::i32},
    {"U32", 32, DType::u32},
    {"F32", 32, DType::f32},
    {"F64", 64, DType::f64},
    {"I64", 64, DType::i64},
    {"U64", 64, DType::u64},
}};
constexpr FileType kComplex = {"C64", 64, DType::other};

struct Entry {
  std::string name;
  std::optional<FileType> type;
  std::optional<tensor::Shape> shape;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> offsets;
};

// Reads the header as it streams by: a document would hide keys that stand twice.
class Header : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Header(std::string where) : where_(std::move(where)) {}

  std::vector<Entry> entries;

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Kind::model, fmt::format("{}: broken safetensors file: {}", where_, what));
  }

  bool null() override { unexpected("null"); }
  bool boolean(bool) override { unexpected("true or false"); }
  bool number_float(number_float_t, const string_t&) override { unexpected("a fraction"); }
  bool binary(binary_t&) override { unexpected("binary"); }
  bool number_integer(number_integer_t) override { unexpected("a negative number"); }
  bool number_unsigned(number_unsigned_t value) override {
    if (place_ == Place::shape) {
      if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        fail(fmt::format("{}: an extent of {}", entries.back().name, value));
      entries.back().shape->push_back(static_cast<std::int64_t>(value));
    } else if (place_ == Place::offsets) {
      offsets_.push_back(value);
    } else {
      unexpected("a number");
    }
    return true;
  }
  bool string(string_t& value) override {
    if (place_ == Place::metadata) return true;
    if (place_ != Place::entry || key_ != "dtype") unexpected("a string");
    const auto found = std::find_if(kTypes.begin(), kTypes.end(),
                                    [&](const FileType& type) { return type.name == value; });
    if (found == kTypes.end() && value != kComplex.name)
      fail(fmt::format("{}: dtype \"{}\" is not known", entries.back().name, value));
    entries.back().type = found == kTypes.end() ? kComplex : *found;
    return true;
  }
  bool start_object(std::size_t) override {
    if (place_ == Place::outside)
      place_ = Place::top;
    else if (place_ == Place::top && key_ == "__metadata__")
      place_ = Place::metadata;
    else if (place_ == Place::top)
      place_ = Place::entry;
    else
      unexpected("an object");
    if (place_ != Place::top) inner_keys_.clear();
    return true;
  }
  bool key(string_t& value) override {
    auto& seen = place_ == Place::top ? top_keys_ : inner_keys_;
    if (!seen.emplace(value, 0).second) fail(fmt::format("the key \"{}\" stands twice", value));
    if (place_ == Place::top && value != "__metadata__") entries.push_back({value, {}, {}, {}});
    if (place_ == Place::entry && value != "dtype" && value != "shape" && value != "data_offsets")
      fail(fmt::format("{}: \"{}\" is not known", entries.back().name, value));
    key_ = std::move(value);
    return true;
  }
  bool end_object() override {
    if (place_ == Place::entry) {
      const Entry& entry = entries.back();
      if (!entry.type || !entry.shape || !entry.offsets)
        fail(fmt::format("{}: dtype, shape or data_offsets is missing", entry.name));
    }
    place_ = place_ == Place::top ? Place::outside : Place::top;
    return true;
  }
  bool start_array(std::size_t) override {
    if (place_ == Place::entry && key_ == "shape") {
      place_ = Place::shape;
      entries.back().shape.emplace();
    } else if (place_ == Place::entry && key_ == "data_offsets") {
      place_ = Place::offsets;
      offsets_.clear();
    } else {
      unexpected("a list");
    }
    return true;
  }
  bool end_array() override {
    if (place_ == Place::offsets) {
      if (offsets_.size() != 2) fail(entries.back().name + ": data_offsets are not two numbers");
      entries.back().offsets = {offsets_[0], offsets_[1]};
    }
    place_ = Place::entry;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    fail(fmt::format("the header is not JSON (byte {})", position));
  }

 private:
  enum class Place { outside, top, metadata, entry, shape, offsets };

  [[noreturn]] void unexpected(std::string_view what) const {
    fail(fmt::format("{} where it does not belong, after the key \"{}\"", what, key_));
  }

  std::string where_;
  Place place_ = Place::outside;
  std::string key_;
  std::map<std::string, int> top_keys_, inner_keys_;
  std::vector<std::uint64_t> offsets_;
};

// The bytes a tensor takes, or nothing when that overflows or is no whole number of bytes.
std::optional<std::uint64_t> bytes_of(const Entry& entry) {
  std::uint64_t bits = entry.type->bits;
  for (const auto extent : *entry.shape)
    if (__builtin_mul_overflow(bits, static_cast<std::uint64_t>(extent), &bits)) return {};
  if (bits % 8 != 0) return {};
  return bits / 8;
}

}  // namespace

Tensors parse_safetensors(std::span<const std::byte> bytes, const std::string& where) {
  Header header(where);
  std::uint64_t size = 0;
  if (bytes.size() < sizeof size) header.fail("shorter than its header's length");
  for (unsigned k = 0; k < sizeof size; ++k)
    size |= std::to_integer<std::uint64_t>(bytes[k]) << (8 * k);
  if (size > kMostHeader)
    header.fail(fmt::format("a header of {} bytes (at most {})", size, kMostHeader));
  if (size > bytes.size() - sizeof size)
    header.fail(fmt::format("ends within its header (expected {} bytes, got {})", size,
                            bytes.size() - sizeof size));
  const auto* text = reinterpret_cast<const char*>(bytes.data()) + sizeof size;
  if (size == 0 || text[0] != '{') header.fail("the header does not start with {");
  // The parser would take a NUL for the end of the text and miss what follows it.
  if (const void* nul = std::memchr(text, '\0', size))
    header.fail(
        fmt::format("the header is not JSON (byte {})", static_cast<const char*>(nul) - text));
  nlohmann::json::sax_parse(text, text + size, &header);

  const std::span<const std::byte> data = bytes.subspan(sizeof size + size);
  std::vector<const Entry*> order;
  for (const Entry& entry : header.entries) order.push_back(&entry);
  std::sort(order.begin(), order.end(),
            [](const Entry* left, const Entry* right) { return left->offsets < right->offsets; });
  std::uint64_t end = 0;
  Tensors tensors;
  for (const Entry* entry : order) {
    const auto [from, to] = *entry->offsets;
    if (from != end)
      header.fail(fmt::format("{}: its data {} (expected from byte {}, got {})", entry->name,
                              from < end ? "overlaps another's" : "leaves a hole", end, from));
    const auto wanted = bytes_of(*entry);
    if (to < from || !wanted || *wanted != to - from)
      header.fail(fmt::format("{}: {} bytes do not hold {} of {}", entry->name,
                              to < from ? 0 : to - from, tensor::to_string(*entry->shape),
                              entry->type->name));
    if (to > data.size())
      header.fail(fmt::format("{}: its data ends behind the file (expected {} bytes, got {})",
                              entry->name, to, data.size()));
    end = to;
    tensors.emplace(entry->name,
                    tensor::TensorView{entry->type->dtype, *entry->shape, data.data() + from});
  }
  if (end != data.size())
    header.fail(fmt::format("{} bytes behind the last tensor", data.size() - end));
  return tensors;
}

std::string_view safetensors_name(DType dtype) {
  if (dtype == DType::other) return {};
  const auto* found = std::find_if(kTypes.begin(), kTypes.end(),
                                   [&](const FileType& type) { return type.dtype == dtype; });
  return found == kTypes.end() ? std::string_view() : found->name;
}

}  // namespace nlp::checkpoint
