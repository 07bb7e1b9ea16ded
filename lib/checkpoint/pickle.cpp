#include "checkpoint/pickle.hpp"

#include <fmt/format.h>

#include "checkpoint/pickle_machine.hpp"
#include "checkpoint/pickle_opcodes.hpp"

namespace nlp::checkpoint {

std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 100;
  std::string printable(text.substr(0, kMost));
  for (char& c : printable)
    if (c < ' ' || c > '~') c = '?';
  return text.size() > kMost ? printable + "..." : printable;
}

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
