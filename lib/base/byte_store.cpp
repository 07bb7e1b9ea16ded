#include "base/byte_store.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <limits>
#include <new>
#include <utility>

namespace nlp {
namespace {
constexpr std::size_t kHugePage = std::size_t{2} << 20;
}

PageMemory::PageMemory(std::size_t bytes) {
  if (bytes == 0) return;
  if (bytes > std::numeric_limits<std::size_t>::max() - kHugePage) throw std::bad_alloc();
  // A large block starts at a huge page: what lies before and behind it is given back.
  const std::size_t extra = bytes < kHugePage ? 0 : kHugePage;
  void* mapped =
      ::mmap(nullptr, bytes + extra, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  auto* start = static_cast<std::byte*>(mapped);
  if (extra > 0) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t skip =
        (kHugePage - reinterpret_cast<std::uintptr_t>(start) % kHugePage) % kHugePage;
    if (skip > 0) ::munmap(start, skip);
    start += skip;
    const std::size_t kept = (bytes + page - 1) / page * page;
    if (extra - skip > kept - bytes) ::munmap(start + kept, bytes + extra - skip - kept);
    // The last, incomplete huge page stays one of small pages, or it would take memory for nothing.
    ::madvise(start, bytes / kHugePage * kHugePage, MADV_HUGEPAGE);
  }
  data_ = start;
  size_ = bytes;
}

PageMemory::PageMemory(PageMemory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

PageMemory& PageMemory::operator=(PageMemory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

PageMemory::~PageMemory() {
  if (data_) ::munmap(data_, size_);
}

std::span<std::byte> MemoryStore::make(std::string_view, std::size_t bytes) {
  return memory_.emplace_back(bytes).bytes();
}

}  // namespace nlp
