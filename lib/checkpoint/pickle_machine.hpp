// The machine that the opcodes of a pickle work on.  For pickle.cpp alone.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "checkpoint/pickle.hpp"

namespace nlp::checkpoint {

// A stack, marks in it, and a memo of values by number.
class PickleMachine {
 public:
  PickleMachine(Pickle& pickle, std::span<const std::byte> bytes,
                std::span<const std::string_view> allowed, const std::string& where)
      : pickle_(pickle),
        bytes_(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
        allowed_(allowed),
        where_(where) {}

  void run();

 private:
  using Type = PickleValue::Type;

  [[noreturn]] void fail(const std::string& what) const;

  // Every loop over items is paid for here too, so that the work is bounded like the memory.
  void pay(std::size_t steps);

  // The pickle's next bytes, next little-endian number, next line.
  std::string_view take(std::uint64_t size);
  std::uint64_t number(unsigned size);
  std::string_view line();

  PickleValue* push(PickleValue value) {
    stack_.push_back(&pickle_.values_.emplace_back(std::move(value)));
    return stack_.back();
  }
  // The values above the last mark are what an opcode may take.
  void need(std::size_t count) const;
  PickleValue* top() const {
    need(1);
    return stack_.back();
  }
  PickleValue* pop() {
    PickleValue* value = top();
    stack_.pop_back();
    return value;
  }
  std::vector<const PickleValue*> pop_items(std::size_t count);
  std::vector<const PickleValue*> pop_mark();

  // Puts items into the list or dict on top.
  void extend(Type type, const std::vector<const PickleValue*>& items);
  // Pushes a global, if it is allowed.
  void global(std::string_view module, std::string_view name);
  // Replaces a global and a tuple of arguments by their call.
  void call();
  // Pushes an integer of any width.
  void integer(std::string_view little_endian);
  // Pushes a value of the memo.
  void recall(std::uint64_t index);

  bool step();  // false behind STOP

  Pickle& pickle_;
  std::string_view bytes_;
  std::span<const std::string_view> allowed_;
  const std::string& where_;
  std::size_t at_ = 0;
  std::size_t paid_ = 0;
  std::vector<PickleValue*> stack_;
  std::vector<std::size_t> marks_;  // sizes of the stack
  std::unordered_map<std::uint64_t, PickleValue*> memo_;
};

}  // namespace nlp::checkpoint
