// A Python pickle as data.  Nothing is imported and nothing is called: a call that the pickle asks
// for is a value too, which the reader of a format may understand (torch_tensors.hpp).
// Source: the opcodes' definitions in CPython's pickletools; those accepted are the ones torch's
// `weights_only` reader accepts, and their equivalents of protocols 3 and 4.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nlp::checkpoint {

// A value belongs to its Pickle.  Values may be shared, and lists and dicts may contain themselves:
// whoever walks them bounds his steps.
struct PickleValue {
  enum class Type : std::uint8_t {
    none,
    boolean,     // integer: 0 or 1
    integer,     // of 64 bits
    wide,        // an integer beyond 64 bits.  text: its little-endian bytes
    text,        // text: its bytes, which need not be UTF-8
    tuple,       // items
    list,        // items
    dict,        // items: key, value, key, value…  A key may stand twice.
    global,      // text: a name of `allowed`
    call,        // items: the global, the tuple of its arguments
    persistent,  // items: the id, which names something outside of the pickle
    other,       // a value of another kind: a float, bytes, a set
  };
  Type type = Type::none;
  std::int64_t integer = 0;
  std::string_view text = {};
  std::vector<const PickleValue*> items = {};
};

class Pickle {
 public:
  // Reads the pickle at the start of `bytes`, which the values point into; more may follow it.
  // Besides `collections.OrderedDict`, which becomes a dict, it may name the globals `allowed`
  // ("module.name", which must outlive the Pickle).  Takes at most some 100 bytes of memory for
  // each byte of the pickle, and no more than kMostPickleSteps allow.
  // Throws Error{model} `WHERE: rule` for another global, another opcode, a stack that runs empty,
  // and a pickle that ends early or is too long.
  Pickle(std::span<const std::byte> bytes, std::span<const std::string_view> allowed,
         const std::string& where);
  Pickle(Pickle&&) = default;
  Pickle(const Pickle&) = delete;
  Pickle& operator=(const Pickle&) = delete;

  const PickleValue& value() const { return *value_; }
  // Every value that was made, in the order in which they stand in the pickle.
  const std::deque<PickleValue>& values() const { return values_; }
  // Bytes of the pickle, its STOP included.
  std::size_t size() const { return size_; }

 private:
  friend class PickleMachine;
  std::deque<PickleValue> values_;
  const PickleValue* value_ = nullptr;
  std::size_t size_ = 0;
};

// Opcodes of a pickle; a checkpoint takes some 30 for each tensor.
inline constexpr std::size_t kMostPickleSteps = 500'000;

// A text of a file for a message: printable ASCII, cut where it is long.
std::string shown(std::string_view text);

}  // namespace nlp::checkpoint
