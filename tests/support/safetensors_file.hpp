// Safetensors files made by hand, whole or damaged.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace safetensors {

// The bytes of a file: the header's length, the header, the data.
inline std::string file(std::string_view header, std::string_view data) {
  std::string bytes;
  const auto size = static_cast<std::uint64_t>(header.size());
  for (unsigned k = 0; k < 8; ++k) bytes.push_back(static_cast<char>(size >> (8 * k) & 0xFF));
  return bytes.append(header).append(data);
}

inline std::string floats(std::initializer_list<float> values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.begin(), bytes.size());
  return bytes;
}

inline std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

}  // namespace safetensors
