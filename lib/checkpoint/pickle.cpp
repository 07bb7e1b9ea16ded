#include "checkpoint/pickle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/error.hpp"
#include "checkpoint/pickle_opcodes.hpp"

namespace nlp::checkpoint {
namespace {

constexpr std::string_view kOrderedDict = "collections.OrderedDict";
// Python 2's names of modules, which protocol 2 writes.
constexpr std::pair<std::string_view, std::string_view> kOldModules[] = {
    {"__builtin__", "builtins"}, {"copy_reg", "copyreg"}};

}  // namespace

std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 100;
  std::string printable(text.substr(0, kMost));
  for (char& c : printable)
    if (c < ' ' || c > '~') c = '?';
  return text.size() > kMost ? printable + "..." : printable;
}

// The machine that the opcodes work on: a stack, marks in it, and a memo of values by number.
class PickleMachine {
 public:
  PickleMachine(Pickle& pickle, std::span<const std::byte> bytes,
                std::span<const std::string_view> allowed, const std::string& where)
      : pickle_(pickle),
        bytes_(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
        allowed_(allowed),
        where_(where) {}

  void run() {
    while (step()) {
    }
    pickle_.value_ = pop();
    pickle_.size_ = at_;
  }

 private:
  using Type = PickleValue::Type;

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Kind::model, fmt::format("{}: {}; fetch the file again, or save the weights as "
                                         "safetensors",
                                         where_, what));
  }

  // Every loop over items is paid for here too, so that the work is bounded like the memory.
  void pay(std::size_t steps) {
    if (steps > kMostPickleSteps - paid_)
      fail(fmt::format("the pickle is too long (at most {} opcodes)", kMostPickleSteps));
    paid_ += steps;
  }

  std::string_view take(std::uint64_t size) {
    if (bytes_.size() - at_ < size)
      fail(fmt::format("ends within its pickle (expected {} bytes at {}, got {})", size, at_,
                       bytes_.size() - at_));
    const auto taken = bytes_.substr(at_, static_cast<std::size_t>(size));
    at_ += static_cast<std::size_t>(size);
    return taken;
  }
  std::uint64_t number(unsigned size) {
    std::uint64_t value = 0;
    const std::string_view taken = take(size);
    for (unsigned k = 0; k < size; ++k)
      value |= std::uint64_t{static_cast<std::uint8_t>(taken[k])} << (8 * k);
    return value;
  }
  std::string_view line() {
    const std::size_t end = bytes_.find('\n', at_);
    if (end == std::string_view::npos) fail("ends within its pickle");
    const auto taken = take(end - at_);
    ++at_;
    return taken;
  }

  PickleValue* push(PickleValue value) {
    stack_.push_back(&pickle_.values_.emplace_back(std::move(value)));
    return stack_.back();
  }
  // The values above the last mark are what an opcode may take.
  void need(std::size_t count) const {
    if (stack_.size() - (marks_.empty() ? 0 : marks_.back()) < count)
      fail(fmt::format("the pickle's stack runs empty at byte {}", at_));
  }
  PickleValue* top() const {
    need(1);
    return stack_.back();
  }
  PickleValue* pop() {
    PickleValue* value = top();
    stack_.pop_back();
    return value;
  }
  std::vector<const PickleValue*> pop_items(std::size_t count) {
    need(count);
    std::vector<const PickleValue*> items(stack_.end() - static_cast<std::ptrdiff_t>(count),
                                          stack_.end());
    stack_.resize(stack_.size() - count);
    return items;
  }
  std::vector<const PickleValue*> pop_mark() {
    if (marks_.empty()) fail(fmt::format("the pickle lacks a mark at byte {}", at_));
    auto items = pop_items(stack_.size() - marks_.back());
    marks_.pop_back();
    return items;
  }

  void extend(Type type, const std::vector<const PickleValue*>& items) {
    PickleValue* target = top();
    if (target->type != type || (type == Type::dict && items.size() % 2 != 0))
      fail(fmt::format("the pickle puts items where they do not belong at byte {}", at_));
    target->items.insert(target->items.end(), items.begin(), items.end());
  }

  void global(std::string_view module, std::string_view name) {
    for (const auto& [old, today] : kOldModules)
      if (module == old) module = today;
    const auto matches = [&](std::string_view whole) {
      return whole.size() == module.size() + 1 + name.size() && whole.starts_with(module) &&
             whole[module.size()] == '.' && whole.ends_with(name);
    };
    const auto found = std::ranges::find_if(allowed_, matches);
    if (found == allowed_.end() && !matches(kOrderedDict))
      throw Error(Kind::model,
                  fmt::format("{}: the pickle names {}.{}, which is no part of weights; nothing of "
                              "it was run; save the state dict alone, as safetensors",
                              where_, shown(module), shown(name)));
    push({Type::global, 0, found == allowed_.end() ? kOrderedDict : *found});
  }

  void call() {
    const PickleValue* arguments = pop();
    const PickleValue* callable = pop();
    if (callable->type != Type::global || arguments->type != Type::tuple)
      fail(fmt::format("the pickle calls what is no function at byte {}", at_));
    if (callable->text != kOrderedDict) {
      push({Type::call, 0, {}, {callable, arguments}});
      return;
    }
    PickleValue* dict = push({Type::dict});
    if (arguments->items.empty()) return;
    const PickleValue* pairs = arguments->items.front();  // as Python 2 writes it
    if (arguments->items.size() != 1 || pairs->type != Type::list)
      fail("an OrderedDict is not made of pairs");
    pay(pairs->items.size());
    for (const PickleValue* pair : pairs->items) {
      if ((pair->type != Type::list && pair->type != Type::tuple) || pair->items.size() != 2)
        fail("an OrderedDict is not made of pairs");
      dict->items.insert(dict->items.end(), pair->items.begin(), pair->items.end());
    }
  }

  void integer(std::string_view little_endian) {
    constexpr std::size_t kSize = sizeof(std::int64_t);
    if (little_endian.size() > kSize) {
      push({Type::wide, 0, little_endian});
      return;
    }
    const bool negative = !little_endian.empty() && (little_endian.back() & 0x80) != 0;
    std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
    for (std::size_t k = little_endian.size(); k-- > 0;)
      value = value << 8 | static_cast<std::uint8_t>(little_endian[k]);
    push({Type::integer, static_cast<std::int64_t>(value)});
  }

  void recall(std::uint64_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) fail(fmt::format("the pickle's memo has no value {}", index));
    stack_.push_back(found->second);
  }

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

bool PickleMachine::step() {
  pay(1);
  const auto code = static_cast<std::uint8_t>(take(1).front());
  switch (static_cast<Opcode>(code)) {
    case Opcode::proto:
      take(1);
      break;
    case Opcode::frame:  // its length; what it frames follows
      take(8);
      break;
    case Opcode::stop:
      return false;
    case Opcode::mark:
      marks_.push_back(stack_.size());
      break;
    case Opcode::none:
      push({Type::none});
      break;
    case Opcode::newtrue:
    case Opcode::newfalse:
      push({Type::boolean, static_cast<Opcode>(code) == Opcode::newtrue});
      break;
    case Opcode::binint:
      push({Type::integer, static_cast<std::int32_t>(number(4))});
      break;
    case Opcode::binint1:
      push({Type::integer, static_cast<std::int64_t>(number(1))});
      break;
    case Opcode::binint2:
      push({Type::integer, static_cast<std::int64_t>(number(2))});
      break;
    case Opcode::long1:
      integer(take(number(1)));
      break;
    case Opcode::binfloat:
      take(8);
      push({Type::other});
      break;
    case Opcode::short_binstring:  // Python 2's text
    case Opcode::short_binunicode:
      push({Type::text, 0, take(number(1))});
      break;
    case Opcode::binunicode:
      push({Type::text, 0, take(number(4))});
      break;
    case Opcode::short_binbytes:
      take(number(1));
      push({Type::other});
      break;
    case Opcode::binbytes:
      take(number(4));
      push({Type::other});
      break;
    case Opcode::empty_set:
      push({Type::other});
      break;
    case Opcode::empty_tuple:
      push({Type::tuple});
      break;
    case Opcode::tuple1:
      push({Type::tuple, 0, {}, pop_items(1)});
      break;
    case Opcode::tuple2:
      push({Type::tuple, 0, {}, pop_items(2)});
      break;
    case Opcode::tuple3:
      push({Type::tuple, 0, {}, pop_items(3)});
      break;
    case Opcode::tuple:
      push({Type::tuple, 0, {}, pop_mark()});
      break;
    case Opcode::empty_list:
      push({Type::list});
      break;
    case Opcode::append:
      extend(Type::list, pop_items(1));
      break;
    case Opcode::appends:
      extend(Type::list, pop_mark());
      break;
    case Opcode::empty_dict:
      push({Type::dict});
      break;
    case Opcode::setitem:
      extend(Type::dict, pop_items(2));
      break;
    case Opcode::setitems:
      extend(Type::dict, pop_mark());
      break;
    case Opcode::binget:
      recall(number(1));
      break;
    case Opcode::long_binget:
      recall(number(4));
      break;
    case Opcode::binput:
      memo_[number(1)] = top();
      break;
    case Opcode::long_binput:
      memo_[number(4)] = top();
      break;
    case Opcode::memoize:
      memo_[memo_.size()] = top();
      break;
    case Opcode::global: {
      const auto module = line();
      global(module, line());
      break;
    }
    case Opcode::stack_global: {
      const auto names = pop_items(2);
      if (names[0]->type != Type::text || names[1]->type != Type::text)
        fail(fmt::format("the pickle names a global by no text at byte {}", at_));
      global(names[0]->text, names[1]->text);
      break;
    }
    case Opcode::reduce:
    case Opcode::newobj:
      call();
      break;
    case Opcode::build:  // attributes of an OrderedDict (torch's _metadata) are no weights
      pop();
      if (top()->type != Type::dict)
        fail(fmt::format("the pickle gives attributes to what is no OrderedDict at byte {}", at_));
      break;
    case Opcode::binpersid:
      push({Type::persistent, 0, {}, pop_items(1)});
      break;
    default:
      fail(fmt::format("the pickle's opcode {} at byte {} is not used for weights",
                       opcode_name(code), at_ - 1));
  }
  return true;
}

Pickle::Pickle(std::span<const std::byte> bytes, std::span<const std::string_view> allowed,
               const std::string& where) {
  PickleMachine(*this, bytes, allowed, where).run();
}

}  // namespace nlp::checkpoint
