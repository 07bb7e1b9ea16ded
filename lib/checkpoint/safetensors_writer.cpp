#include "checkpoint/safetensors_writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <tuple>
#include <utility>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/synced.hpp"
#include "checkpoint/safetensors.hpp"

namespace nlp::checkpoint {
namespace {

constexpr std::uint64_t kAlignment = 64;

std::uint64_t bytes_of(const TensorPlan& plan) {
  return static_cast<std::uint64_t>(tensor::count(plan.shape)) * tensor::size_of(plan.dtype);
}

void sort(std::vector<TensorPlan>& tensors) {
  const auto rank = [](const TensorPlan& plan) {
    return std::tuple(bytes_of(plan) % kAlignment != 0,
                      -static_cast<int>(tensor::size_of(plan.dtype)), std::string_view(plan.name));
  };
  std::ranges::sort(tensors, {}, rank);
}

// The header's length and the header, padded so that the data begins at a multiple of 64.
std::string header_of(const Json& entries, const std::string& where) {
  std::string header;
  try {
    header = entries.dump();
  } catch (const Json::exception&) {
    throw Error(Kind::model, where + ": a tensor's name is not UTF-8");
  }
  std::uint64_t size = header.size();
  constexpr std::uint64_t kLength = sizeof size;
  size = (size + kLength + kAlignment - 1) / kAlignment * kAlignment - kLength;
  header.resize(size, ' ');
  std::string length;
  for (unsigned k = 0; k < kLength; ++k) length += static_cast<char>(size >> (8 * k) & 0xff);
  return length + header;
}

}  // namespace

SafetensorsWriter::SafetensorsWriter(const std::filesystem::path& path,
                                     std::vector<TensorPlan> tensors,
                                     const std::map<std::string, std::string>& metadata)
    : path_(path) {
  sort(tensors);
  Json entries;
  entries["__metadata__"] = metadata;
  for (const TensorPlan& plan : tensors) {
    const std::string_view type = safetensors_name(plan.dtype);
    if (type.empty())
      throw Error(Kind::model, fmt::format("{}: its type cannot be written (expected one of "
                                           "float, integer or bool)",
                                           plan.name));
    const Place place{size_, bytes_of(plan)};
    size_ += place.size;
    if (!places_.emplace(plan.name, place).second)
      throw Error(Kind::internal, plan.name + ": to be written twice");
    entries[plan.name] = {
        {"dtype", type}, {"shape", plan.shape}, {"data_offsets", {place.begin, size_}}};
  }
  const std::string header = header_of(entries, path.string());
  data_ = header.size();
  temporary_ = path.string() + ".tmp";
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail("cannot be written");
  try {
    write_at(0, std::as_bytes(std::span(header)));
  } catch (...) {  // no destructor will follow
    ::close(descriptor_);
    ::unlink(temporary_.c_str());
    throw;
  }
}

SafetensorsWriter::~SafetensorsWriter() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

void SafetensorsWriter::fail(const char* what) const {
  throw Error(Kind::io, fmt::format("{}: {} ({})", path_.string(), what, std::strerror(errno)));
}

void SafetensorsWriter::write_at(std::uint64_t offset, std::span<const std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("cannot be written");
    offset += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void SafetensorsWriter::write(std::string_view name, std::uint64_t offset,
                              std::span<const std::byte> bytes) {
  const auto found = places_.find(name);
  if (found == places_.end()) throw Error(Kind::internal, fmt::format("{}: not planned", name));
  Place& place = found->second;
  if (offset > place.size || bytes.size() > place.size - offset)
    throw Error(Kind::internal, fmt::format("{}: bytes behind its end", name));
  write_at(data_ + place.begin + offset, bytes);
  place.written += bytes.size();
}

void SafetensorsWriter::commit() {
  for (const auto& [name, place] : places_)
    if (place.written != place.size)
      throw Error(Kind::internal,
                  fmt::format("{}: {} of {} bytes were written", name, place.written, place.size));
  if (::fsync(descriptor_) != 0) fail("cannot be written");
  if (::close(std::exchange(descriptor_, -1)) != 0) {
    ::unlink(temporary_.c_str());
    fail("cannot be written");
  }
  rename_synced(temporary_, path_);
}

}  // namespace nlp::checkpoint
