#include "model/sections.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "dnn/version.hpp"

namespace nlp::model {
namespace {

// Of the checkpoint.  Below it, packing takes a millisecond or two.
constexpr std::uint64_t kLeastBytes = std::uint64_t{4} << 20;

}  // namespace

Sections::Sections(const OpenOptions& options, const checkpoint::Checkpoint& checkpoint,
                   const dnn::Device& device)
    : tell_(options.tell) {
  if (options.cache.empty() || checkpoint.bytes() < kLeastBytes) return;
  const auto identity = checkpoint.identity();
  if (!identity) {
    if (tell_) tell_(checkpoint.path().string() + ": packed weights not kept: it has just changed");
    return;
  }
  try {
    cache_.emplace(checkpoint::PackedCache::make(options.cache));
  } catch (const Error& error) {
    if (tell_) tell_(error.what());
    return;
  }
  key_ = fmt::format("{}type: {} as {}\npacked by: {}\n", *identity, name_of(options.type),
                     name_of(device.used()), dnn::packing_name());
  std::error_code ignored;
  origin_ = std::filesystem::absolute(checkpoint.path(), ignored).string();
}

std::unique_ptr<ByteStore> Sections::open(const std::string& section) const {
  if (!cache_) return std::make_unique<MemoryStore>();
  return cache_->store(fmt::format("section: {}\n{}", section, key_), origin_, tell_);
}

}  // namespace nlp::model
