// Bytes under names: where prepared weights lie.  A store may find what an earlier process made.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace nlp {

// For one thread at a time.  All spans start at whole cache lines (64 bytes) and are valid as long
// as the store.
class ByteStore {
 public:
  virtual ~ByteStore() = default;

  // What is kept under this name, where it has this size.
  virtual std::optional<std::span<const std::byte>> find(std::string_view name,
                                                         std::size_t bytes) = 0;

  // Memory to be filled with what find() did not find; its values are undefined.  A name is made
  // once.  Throws std::bad_alloc.
  virtual std::span<std::byte> make(std::string_view name, std::size_t bytes) = 0;

  // All that was made has been filled and stays as it is.
  virtual void finish() {}
};

// Anonymous memory, in huge pages where the system has them: faults of small pages take longer than
// filling them.  Move-only.
class PageMemory {
 public:
  // Throws std::bad_alloc.
  explicit PageMemory(std::size_t bytes);
  PageMemory(PageMemory&& other) noexcept;
  PageMemory& operator=(PageMemory&& other) noexcept;
  ~PageMemory();

  std::span<std::byte> bytes() const { return {data_, size_}; }

 private:
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

// Keeps nothing beyond the process.
class MemoryStore : public ByteStore {
 public:
  std::optional<std::span<const std::byte>> find(std::string_view, std::size_t) override {
    return std::nullopt;
  }
  std::span<std::byte> make(std::string_view name, std::size_t bytes) override;

 private:
  std::vector<PageMemory> memory_;
};

}  // namespace nlp
