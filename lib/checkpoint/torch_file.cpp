#include "checkpoint/torch_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "checkpoint/zip_directory.hpp"

namespace nlp::checkpoint {
namespace {

using Type = PickleValue::Type;
using Bytes = std::span<const std::byte>;

// 0x1950a86a20f9469cfc6c, least byte first.
constexpr std::string_view kTorchMagic = "\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19";
constexpr std::int64_t kLegacyVersion = 1001;
constexpr std::byte kProto{0x80};  // a pickle's first opcode

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
  throw Error(Kind::model, fmt::format("{}: {}", where, what));
}

std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TorchFile parse_zip(Bytes bytes, const std::string& where) {
  const ZipMembers members = read_zip_directory(bytes, where);
  const auto is_pickle = [](const auto& member) { return member.first.ends_with("/data.pkl"); };
  const auto pickle = std::ranges::find_if(members, is_pickle);
  if (pickle == members.end())
    refuse(where,
           "a zip archive without data.pkl (expected a file of torch.save); save the weights "
           "with torch.save or as safetensors");
  const std::string folder(pickle->first.substr(0, pickle->first.size() - sizeof "data.pkl" + 1));
  const auto member = [&](std::string_view name) {
    const auto found = members.find(folder + std::string(name));
    return found == members.end() ? nullptr : &found->second;
  };
  if (member("constants.pkl"))
    refuse(where,
           "a TorchScript program (expected weights); save the state_dict() of what "
           "torch.jit.load gives, as safetensors");
  if (const Bytes* order = member("byteorder"); order && text_of(*order) != "little")
    refuse(where, fmt::format("byte order {} (expected little); save the weights as safetensors",
                              shown(text_of(*order))));
  Storages storages;
  const std::string data = folder + "data/";
  for (const auto& [name, content] : members)
    if (name.starts_with(data)) storages.emplace(name.substr(data.size()), content);
  const Pickle read(pickle->second, torch_globals(), where);
  return read_state_dict(read.value(), storages, bytes.size(), where);
}

// The storages behind the pickles.  How many bytes an element has, the object's pickle says.
Storages legacy_storages(Bytes bytes, const PickleValue& keys, const Pickle& object,
                         const std::string& where) {
  std::map<std::string_view, StorageId> ids;
  for (const PickleValue& value : object.values()) {
    if (value.type != Type::persistent) continue;
    const StorageId id = read_storage_id(value, where);
    ids.emplace(id.key, id);
  }
  if (keys.type != Type::list) refuse(where, "the storages' keys are no list");
  Storages storages;
  for (const PickleValue* key : keys.items) {
    const auto id = key->type == Type::text ? ids.find(key->text) : ids.end();
    if (id == ids.end()) refuse(where, "a storage has a key that no tensor names");
    const std::string name = shown(id->first);
    std::uint64_t count = 0;
    const auto ends = [&](std::uint64_t expected) {
      refuse(where, fmt::format("ends within its storage {} (expected {} bytes, got {}); fetch the "
                                "file again",
                                name, expected, bytes.size()));
    };
    if (bytes.size() < sizeof count) ends(sizeof count);
    for (unsigned k = 0; k < sizeof count; ++k)
      count |= std::to_integer<std::uint64_t>(bytes[k]) << (8 * k);
    bytes = bytes.subspan(sizeof count);
    if (count != id->second.count)
      refuse(where, fmt::format("storage {} of another size (expected {} elements, got {})", name,
                                id->second.count, count));
    const std::uint64_t size = id->second.bytes();
    if (bytes.size() < size) ends(size);
    if (!storages.emplace(id->first, bytes.first(static_cast<std::size_t>(size))).second)
      refuse(where, fmt::format("storage {} is there twice", name));
    bytes = bytes.subspan(static_cast<std::size_t>(size));
  }
  return storages;
}

TorchFile parse_legacy(Bytes bytes, const std::string& where) {
  const std::size_t whole = bytes.size();
  const auto next = [&] {
    Pickle pickle(bytes, torch_globals(), where);
    bytes = bytes.subspan(pickle.size());
    return pickle;
  };
  {
    const Pickle magic = next();
    if (magic.value().type != Type::wide || magic.value().text != kTorchMagic)
      refuse(where,
             "a pickle without torch's magic number (expected a file of torch.save); save the "
             "weights with torch.save or as safetensors");
    const Pickle version = next();
    if (version.value().type != Type::integer || version.value().integer != kLegacyVersion)
      refuse(where, fmt::format("another version than {}; save the weights as safetensors",
                                kLegacyVersion));
    next();  // the system that wrote it
  }
  const Pickle object = next();
  const Pickle keys = next();
  const Storages storages = legacy_storages(bytes, keys.value(), object, where);
  return read_state_dict(object.value(), storages, whole, where);
}

bool is_tar(Bytes bytes) {
  constexpr std::size_t kMagicAt = 257;
  return bytes.size() > kMagicAt && text_of(bytes).substr(kMagicAt).starts_with("ustar");
}

}  // namespace

TorchFile parse_torch_file(Bytes bytes, const std::string& where) {
  if (is_zip(bytes)) return parse_zip(bytes, where);
  if (!bytes.empty() && bytes.front() == kProto) return parse_legacy(bytes, where);
  if (is_tar(bytes))
    refuse(where,
           "the tar form of the first versions of torch, which is not read; open it with torch "
           "and save the weights as safetensors");
  if (text_of(bytes).starts_with("version https://git-lfs"))
    refuse(where, "a pointer of Git LFS instead of the weights; run git lfs pull");
  refuse(where, "no file of torch.save (expected a zip archive or a pickle); fetch the file again");
}

}  // namespace nlp::checkpoint
