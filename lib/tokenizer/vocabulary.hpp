// Tokens and their ids, both ways.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nlp::tokenizer {

// A table from strings to ids without a string object for each key.  The strings must outlive it.
class StringTable {
 public:
  void reserve(std::size_t count);
  void put(std::string_view key, std::int32_t id);  // a key put twice keeps the later id
  std::int32_t find(std::string_view key) const;    // -1: absent

  std::size_t size() const { return used_; }        // keys
  std::size_t longest() const { return longest_; }  // bytes of the longest key

 private:
  struct Slot {
    const char* data = nullptr;
    std::uint32_t size = 0;
    std::int32_t id = -1;
    std::uint64_t hash = 0;
  };
  void grow();

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
  std::size_t longest_ = 0;
};

class Vocabulary {
 public:
  Vocabulary() = default;
  Vocabulary(Vocabulary&&) = default;
  Vocabulary& operator=(Vocabulary&&) = default;

  // entries: token and id.  Ids must be in [0, limit): the caller has checked.  Where two tokens
  // have one id, the later is what token_of() says.
  struct Entry {
    std::string_view token;
    std::int32_t id;
  };
  explicit Vocabulary(const std::vector<Entry>& entries);

  std::int32_t size() const { return static_cast<std::int32_t>(tokens_.size()); }  // largest id + 1
  std::size_t count() const { return table_.size(); }  // different tokens
  std::int32_t find(std::string_view token) const { return table_.find(token); }  // -1: absent
  std::string_view token_of(std::int32_t id) const;  // with no data where there is none

 private:
  std::string text_;  // all tokens one behind the other; never grows, so views into it hold
  std::vector<std::string_view> tokens_;  // by id
  StringTable table_;
};

}  // namespace nlp::tokenizer
