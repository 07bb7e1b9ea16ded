// A file of prepared weights, written once by this computer for itself and then mapped.
//
//   magic [16]  file size u64  head size u64  hash of the head u64  blobs u64
//   key: size u64, text      origin: size u64, text
//   each blob: offset u64, size u64, size of its name u64, name
//   zeros up to the head size, a multiple of 4096; then the blobs, each from a multiple of 4096 on
//
// Numbers are little-endian (others do not read it: the magic differs).  The hash covers the head
// but itself, so that no damaged offset is used.  The blobs are not hashed: reading all of them
// would cost what the file saves.  They are on the disk before the head is written, so that a file
// with a head is a whole one, whenever the power fails.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nlp::checkpoint {

struct PackedBlob {
  std::string name;
  std::span<const std::byte> bytes;
};

struct PackedHead {
  struct Range {
    std::uint64_t offset = 0, size = 0;
  };
  std::string key;     // what the blobs were made from, and for
  std::string origin;  // where that lay, for people
  std::map<std::string, Range, std::less<>> blobs;
};

// The most bytes of a head.
constexpr std::uint64_t kMostPackedHead = std::uint64_t{16} << 20;

// Reads the head of an open file; absent where anything about it is not as written above.
std::optional<PackedHead> read_packed_head(int file);

// The size of the file that write_packed() makes.
std::uint64_t packed_size(std::string_view key, std::string_view origin,
                          std::span<const PackedBlob> blobs);

// Writes into a new, empty file.  False where the system refuses (a full disk, a limit): the file
// then has no head and is read by nobody.
bool write_packed(int file, std::string_view key, std::string_view origin,
                  std::span<const PackedBlob> blobs);

}  // namespace nlp::checkpoint
