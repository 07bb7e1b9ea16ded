// Files of torch.save made by hand, whole or damaged.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace torch_bytes {

inline std::string little(std::uint64_t value, unsigned size) {
  std::string bytes;
  for (unsigned k = 0; k < size; ++k, value >>= 8) bytes.push_back(static_cast<char>(value & 0xFF));
  return bytes;
}

// Parts of a pickle.
inline std::string text(std::string_view value) {
  return "X" + little(value.size(), 4) + std::string(value);
}
inline std::string number(std::int64_t value) {
  return "\x8A\x08" + little(static_cast<std::uint64_t>(value), 8);
}
inline std::string global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}
inline std::string tuple(const std::vector<std::string>& items) {
  std::string bytes = "(";
  for (const auto& item : items) bytes += item;
  return bytes + "t";
}
inline std::string numbers(const std::vector<std::int64_t>& values) {
  std::vector<std::string> items;
  for (const auto value : values) items.push_back(number(value));
  return tuple(items);
}
inline std::string dict(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string bytes = "}(";
  for (const auto& [name, value] : entries) bytes += text(name) + value;
  return bytes + "u";
}
inline std::string pickle(const std::string& value) { return "\x80\x02" + value + "."; }

// A storage of float32 by its key; `view` stands in the legacy form alone.
inline std::string storage(const std::string& key, std::int64_t count,
                           const std::string& view = "") {
  std::vector<std::string> id = {text("storage"), global("torch", "FloatStorage"), text(key),
                                 text("cpu"), number(count)};
  if (!view.empty()) id.push_back(view);
  return tuple(id) + "Q";
}
inline std::string tensor(const std::string& storage, std::int64_t offset,
                          const std::vector<std::int64_t>& shape,
                          const std::vector<std::int64_t>& strides) {
  return global("torch._utils", "_rebuild_tensor_v2") +
         tuple({storage, number(offset), numbers(shape), numbers(strides), "\x89",
                global("collections", "OrderedDict") + ")R"}) +
         "R";
}

using Members = std::vector<std::pair<std::string, std::string>>;

// A zip archive; `zip64` writes the sizes and places as a large archive has them.
inline std::string zip(const Members& members, bool zip64 = false, unsigned method = 0) {
  const std::uint64_t in_64 = 0xFFFFFFFF;
  std::string bytes, directory;
  for (const auto& [name, data] : members) {
    const std::uint64_t at = bytes.size();
    const std::string padding = "FB" + little(3, 2) + "ZZZ";  // as torch aligns the data
    const std::string sizes = little(data.size(), 4) + little(data.size(), 4);
    const std::string common = little(0, 2) + little(method, 2) + little(0, 8);
    bytes += little(0x04034b50, 4) + little(20, 2) + common + sizes + little(name.size(), 2) +
             little(padding.size(), 2) + name + padding + data;
    const std::string extra = zip64 ? little(0x6666, 2) + little(1, 2) + "x" + little(1, 2) +
                                          little(24, 2) + little(data.size(), 8) +
                                          little(data.size(), 8) + little(at, 8)
                                    : "";
    directory += little(0x02014b50, 4) + little(20, 2) + little(20, 2) + common +
                 (zip64 ? little(in_64, 4) + little(in_64, 4) : sizes) + little(name.size(), 2) +
                 little(extra.size(), 2) + little(0, 10) + little(zip64 ? in_64 : at, 4) + name +
                 extra;
  }
  const std::uint64_t at = bytes.size(), count = members.size();
  bytes += directory;
  if (zip64) {
    const std::uint64_t end = bytes.size();
    bytes += little(0x06064b50, 4) + little(44, 8) + little(45, 2) + little(45, 2) + little(0, 8) +
             little(count, 8) + little(count, 8) + little(directory.size(), 8) + little(at, 8) +
             little(0x07064b50, 4) + little(0, 4) + little(end, 8) + little(1, 4);
  }
  return bytes + little(0x06054b50, 4) + little(0, 4) + little(zip64 ? 0xFFFF : count, 2) +
         little(zip64 ? 0xFFFF : count, 2) + little(zip64 ? in_64 : directory.size(), 4) +
         little(zip64 ? in_64 : at, 4) + little(0, 2);
}

// The zip form: an object's pickle, and storages by key.
inline std::string file(const std::string& object, const Members& storages) {
  Members members = {{"m/data.pkl", pickle(object)}, {"m/byteorder", "little"}};
  for (const auto& [key, data] : storages) members.push_back({"m/data/" + key, data});
  members.push_back({"m/version", "3\n"});
  return zip(members);
}

// The legacy form up to its object, the storages' keys, then counts and data.
inline std::string legacy(const std::string& object, const std::vector<std::string>& keys,
                          const std::string& data) {
  std::string list = "](";
  for (const auto& key : keys) list += text(key);
  return pickle(std::string("\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19", 12)) +
         pickle(number(1001)) + pickle("}") + pickle(object) + pickle(list + "e") + data;
}

}  // namespace torch_bytes
