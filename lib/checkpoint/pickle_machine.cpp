#include "checkpoint/pickle_machine.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace nlp::checkpoint {
namespace {

constexpr std::string_view kOrderedDict = "collections.OrderedDict";
// Python 2's names of modules, which protocol 2 writes.
constexpr std::pair<std::string_view, std::string_view> kOldModules[] = {
    {"__builtin__", "builtins"}, {"copy_reg", "copyreg"}};

}  // namespace

void PickleMachine::run() {
  while (step()) {
  }
  pickle_.value_ = pop();
  pickle_.size_ = at_;
}

void PickleMachine::fail(const std::string& what) const {
  throw Error(Kind::model, fmt::format("{}: {}; fetch the file again, or save the weights as "
                                       "safetensors",
                                       where_, what));
}

void PickleMachine::pay(std::size_t steps) {
  if (steps > kMostPickleSteps - paid_)
    fail(fmt::format("the pickle is too long (at most {} opcodes)", kMostPickleSteps));
  paid_ += steps;
}

std::string_view PickleMachine::take(std::uint64_t size) {
  if (bytes_.size() - at_ < size)
    fail(fmt::format("ends within its pickle (expected {} bytes at {}, got {})", size, at_,
                     bytes_.size() - at_));
  const auto taken = bytes_.substr(at_, static_cast<std::size_t>(size));
  at_ += static_cast<std::size_t>(size);
  return taken;
}

std::uint64_t PickleMachine::number(unsigned size) {
  std::uint64_t value = 0;
  const std::string_view taken = take(size);
  for (unsigned k = 0; k < size; ++k)
    value |= std::uint64_t{static_cast<std::uint8_t>(taken[k])} << (8 * k);
  return value;
}

std::string_view PickleMachine::line() {
  const std::size_t end = bytes_.find('\n', at_);
  if (end == std::string_view::npos) fail("ends within its pickle");
  const auto taken = take(end - at_);
  ++at_;
  return taken;
}

void PickleMachine::need(std::size_t count) const {
  if (stack_.size() - (marks_.empty() ? 0 : marks_.back()) < count)
    fail(fmt::format("the pickle's stack runs empty at byte {}", at_));
}

std::vector<const PickleValue*> PickleMachine::pop_items(std::size_t count) {
  need(count);
  std::vector<const PickleValue*> items(stack_.end() - static_cast<std::ptrdiff_t>(count),
                                        stack_.end());
  stack_.resize(stack_.size() - count);
  return items;
}

std::vector<const PickleValue*> PickleMachine::pop_mark() {
  if (marks_.empty()) fail(fmt::format("the pickle lacks a mark at byte {}", at_));
  auto items = pop_items(stack_.size() - marks_.back());
  marks_.pop_back();
  return items;
}

void PickleMachine::extend(Type type, const std::vector<const PickleValue*>& items) {
  PickleValue* target = top();
  if (target->type != type || (type == Type::dict && items.size() % 2 != 0))
    fail(fmt::format("the pickle puts items where they do not belong at byte {}", at_));
  target->items.insert(target->items.end(), items.begin(), items.end());
}

void PickleMachine::global(std::string_view module, std::string_view name) {
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

void PickleMachine::call() {
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

void PickleMachine::integer(std::string_view little_endian) {
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

void PickleMachine::recall(std::uint64_t index) {
  const auto found = memo_.find(index);
  if (found == memo_.end()) fail(fmt::format("the pickle's memo has no value {}", index));
  stack_.push_back(found->second);
}

}  // namespace nlp::checkpoint
